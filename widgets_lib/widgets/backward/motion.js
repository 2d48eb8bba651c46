// Numbers on their way along an arrow.
import { h, UNITS_PER_EM } from "../shared/dom.js";

export const MOTION_MS = 240;

const em = (units) => `${units / UNITS_PER_EM}em`;

/** Returns { node, travel(text, from, to), stop() }; places are [x, y] in drawing units. */
export function createMotion() {
  const node = h("div", { class: "wl-chips", "aria-hidden": "true" });
  let running = [];
  return {
    node,
    travel(text, from, to) {
      const chip = h("span", { class: "wl-chip" }, text);
      node.append(chip);
      const frames = [from, to].map(([x, y]) => ({ left: em(x), top: em(y) }));
      const animation = chip.animate?.(frames, { duration: MOTION_MS, easing: "ease-in-out" });
      const remove = () => chip.remove();
      if (!animation) return remove();
      animation.onfinish = remove;
      running.push(animation);
    },
    stop() {
      for (const animation of running) animation.cancel();
      running = [];
      node.replaceChildren();
    },
  };
}
