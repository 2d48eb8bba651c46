// Play, pause, step, back, scrub, speed: for every drawing that is a row of moments.
import { dropdown, iconButton, keepFocus, setIcon } from "./controls.js";
import { h, hasModifier } from "./dom.js";
import { clamp } from "./format.js";

const SPEEDS = ["0.5", "1", "2", "4", "16"];
const STEP_MS = 700;

/**
 * A player over positions 0…length.
 *
 * seek(position)   stops and goes there; with a second argument false, goes on playing
 * setLength(n)     another row of moments: stops, and keeps the position if there is one
 * speed            the choice of speeds, which may be put elsewhere
 * keys(event)      give it the keydown events of the whole widget; Space plays, ← → step, Home and End jump
 *
 * @param {object} options
 * @param {number} options.length
 * @param {(position: number, state: { playing: boolean }) => void} options.onseek  draws that moment
 * @param {AbortSignal} options.signal  stops the timer
 * @param {string} [options.name]  what a position is called
 * @param {() => void} [options.onrestart]  "start again", where that is more than to go to the first moment
 */
export function createPlayer({ length, onseek, signal, name = "step", onrestart }) {
  let at = 0;
  let end = length;
  let speed = 1;
  /** @type {number | undefined} */
  let timer; // while it plays
  const controls = createControls(name, length, {
    onseek: seek,
    onrestart: onrestart ?? (() => seek(0)),
    onstep: (by) => seek(at + by),
    onplay: toggle,
    onspeed: (chosen) => {
      speed = chosen;
    },
  });

  function show() {
    const playing = timer !== undefined;
    controls.show(at, end, playing);
    onseek(at, { playing });
  }
  /** @param {number} position */
  function seek(position, stop = true) {
    if (stop) halt();
    at = clamp(position, 0, end);
    if (at === end) halt();
    show();
  }
  function halt() {
    clearTimeout(timer);
    timer = undefined;
  }
  function tick() {
    timer = setTimeout(() => {
      seek(at + 1, false);
      if (at < end) tick();
    }, STEP_MS / speed);
  }
  function toggle() {
    if (timer !== undefined) {
      halt();
    } else {
      if (at === end) at = 0;
      tick();
    }
    show();
  }
  signal.addEventListener("abort", halt, { once: true });

  return {
    node: controls.node,
    speed: controls.speed,
    seek,
    keys: createKeys(controls.scrub, {
      ArrowRight: () => seek(at + 1),
      ArrowLeft: () => seek(at - 1),
      Home: () => seek(0),
      End: () => seek(end),
      " ": toggle,
    }),
    pause() {
      halt();
      show();
    },
    setLength(/** @type {number} */ next) {
      halt();
      end = next;
      at = Math.min(at, end);
      show();
    },
    position: () => at,
  };
}

/**
 * The player's buttons, its scrubber and its speeds: { node, scrub, speed, show(at, end, playing) }.
 * @param {string} name
 * @param {number} length
 * @param {object} on
 * @param {(position: number) => void} on.onseek
 * @param {() => void} on.onrestart
 * @param {(by: number) => void} on.onstep
 * @param {() => void} on.onplay
 * @param {(speed: number) => void} on.onspeed
 */
function createControls(name, length, { onseek, onrestart, onstep, onplay, onspeed }) {
  const restart = iconButton("restart", "start again", onrestart);
  const back = iconButton("back", "one step back", () => onstep(-1));
  const play = iconButton("play", "play", onplay);
  const step = iconButton("step", "one step", () => onstep(1));
  const scrub = h("input", {
    type: "range",
    min: 0,
    max: length,
    value: 0,
    "aria-label": name,
    oninput: () => onseek(Number(scrub.value)),
  });
  const count = h("output", { "aria-hidden": "true" });
  const choices = SPEEDS.map((value) => ({ value, text: `${value}×` }));
  const speeds = dropdown("speed", choices, "1", (value) => onspeed(Number(value)));
  const parts = [restart, back, play, step, scrub, count, speeds.node];
  const node = h("div", { class: "wl-player", role: "group", "aria-label": "player" }, ...parts);
  return {
    node,
    scrub,
    speed: speeds.node,
    /**
     * @param {number} at
     * @param {number} end
     * @param {boolean} playing
     */
    show(at, end, playing) {
      scrub.max = String(end);
      scrub.value = String(at);
      scrub.setAttribute("aria-valuetext", `${name} ${at} of ${end}`);
      count.textContent = `${at} / ${end}`;
      const greyOut = () => {
        back.disabled = at === 0;
        step.disabled = at === end;
      };
      keepFocus(node, greyOut, [scrub]);
      setIcon(play, playing ? "pause" : "play", playing ? "pause" : "play");
    },
  };
}

/**
 * Answers the keys in `moves`, except where what has the focus answers them itself.
 * @param {Element} scrub
 * @param {Record<string, () => void>} moves
 */
function createKeys(scrub, moves) {
  return (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    const typing = target.closest?.("select, textarea, input:not([type=range])");
    if (typing || hasModifier(event)) return;
    // A focused button answers Space itself, and a range other than the scrubber its own arrows.
    const own = event.key === " " ? "button, summary" : "input[type=range]";
    const focused = target.closest?.(own);
    if (!(event.key in moves) || (focused && focused !== scrub)) return;
    event.preventDefault();
    moves[event.key]();
  };
}
