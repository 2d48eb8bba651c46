// Play, pause, step, back, scrub, speed: for every drawing that is a row of moments.
import { dropdown, iconButton, keepFocus, setIcon } from "./controls.js";
import { h, hasModifier } from "./dom.js";
import { clamp } from "./format.js";

const SPEEDS = ["0.5", "1", "2", "4", "16"];
const STEP_MS = 700;

/**
 * A player over positions 0…length. `onseek(position, { playing })` draws that moment.
 *
 * Returns { node, seek(position), setLength(length), pause(), position(), keys(event) }: give `keys` the keydown events
 * of the whole widget; Space plays, ← → step, Home and End jump. The timer stops when `signal` aborts.
 */
export function createPlayer({ length, onseek, signal, name = "step" }) {
  let at = 0;
  let end = length;
  let timer = null;
  let speed = 1;

  const restart = iconButton("restart", "start again", () => seek(0));
  const back = iconButton("back", "one step back", () => seek(at - 1));
  const play = iconButton("play", "play", () => toggle());
  const step = iconButton("step", "one step", () => seek(at + 1));
  const scrub = h("input", {
    type: "range",
    min: 0,
    max: end,
    value: 0,
    "aria-label": name,
    oninput: () => seek(Number(scrub.value)),
  });
  const count = h("output", { "aria-hidden": "true" });
  const speeds = dropdown(
    "speed",
    SPEEDS.map((value) => ({ value, text: `${value}×` })),
    "1",
    (value) => (speed = Number(value)),
  );
  const node = h(
    "div",
    { class: "wl-player", role: "group", "aria-label": "player" },
    restart,
    back,
    play,
    step,
    scrub,
    count,
    speeds.node,
  );

  function show() {
    scrub.max = end;
    scrub.value = at;
    scrub.setAttribute("aria-valuetext", `${name} ${at} of ${end}`);
    count.textContent = `${at} / ${end}`;
    const greyOut = () => {
      back.disabled = at === 0;
      step.disabled = at === end;
    };
    keepFocus(node, greyOut, [scrub]);
    setIcon(play, timer ? "pause" : "play", timer ? "pause" : "play");
    onseek(at, { playing: timer !== null });
  }
  function seek(position, stop = true) {
    if (stop) halt();
    at = clamp(position, 0, end);
    if (at === end) halt();
    show();
  }
  function halt() {
    clearTimeout(timer);
    timer = null;
  }
  function tick() {
    timer = setTimeout(() => {
      seek(at + 1, false);
      if (at < end) tick();
    }, STEP_MS / speed);
  }
  function toggle() {
    if (timer) {
      halt();
    } else {
      if (at === end) at = 0;
      tick();
    }
    show();
  }
  function keys(event) {
    const typing = event.target.closest?.("select, input:not([type=range])");
    if (typing || hasModifier(event)) return;
    const moves = {
      ArrowRight: () => seek(at + 1),
      ArrowLeft: () => seek(at - 1),
      Home: () => seek(0),
      End: () => seek(end),
      " ": toggle,
    };
    // A focused button answers Space itself, and a range other than the scrubber its own arrows.
    const own = event.key === " " ? "button, summary" : `input[type=range]`;
    const focused = event.target.closest?.(own);
    if (!(event.key in moves) || (focused && focused !== scrub)) return;
    event.preventDefault();
    moves[event.key]();
  }
  signal.addEventListener("abort", halt, { once: true });

  return {
    node,
    keys,
    seek,
    pause: () => {
      halt();
      show();
    },
    setLength(next) {
      halt();
      end = next;
      at = Math.min(at, end);
      show();
    },
    position: () => at,
  };
}
