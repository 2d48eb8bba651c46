// Numbers on their way to the cell that they help to make.
import { s, set } from "../shared/dom.js";

export const MOTION_MS = 240;

/** Returns { node, travel(letter, text, from, to), arrive(element), stop() }; places are [x, y] of cells' corners. */
export function createMotion(size) {
  const node = s("g", { "aria-hidden": "true" });
  const chips = []; // made when first needed
  let used = 0;
  let running = [];
  const chipOf = (index) =>
    (chips[index] ??= node.appendChild(
      s("g", {}, s("rect", { x: 4 - size / 2, y: 6 - size / 2, width: size - 8, height: size - 12, rx: 3 }), s("text")),
    ));
  const run = (element, frames, easing) => running.push(element.animate(frames, { duration: MOTION_MS, easing }));
  return {
    node,
    travel(letter, text, ...places) {
      const chip = set(chipOf(used++), { class: `wl-chip wl-chip-${letter}` });
      chip.lastChild.textContent = text;
      const [from, to] = places.map(([x, y]) => `translate(${x + size / 2}px, ${y + size / 2}px)`);
      const frames = [
        { transform: from, opacity: 1 },
        { transform: to, opacity: 1, offset: 0.8 },
        { transform: to, opacity: 0 },
      ];
      run(chip, frames, "ease-in-out");
    },
    arrive: (element) => run(element, [{ opacity: 0 }, { opacity: 0, offset: 0.75 }, { opacity: 1 }], "linear"),
    stop() {
      for (const animation of running) animation.cancel();
      running = [];
      used = 0;
    },
  };
}
