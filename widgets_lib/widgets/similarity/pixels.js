// An image of 28 × 28 numbers as ink on paper, in a few paths: dozens of them stand in one drawing.
import { s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { prefersReducedMotion } from "../shared/view.js";

export const SIDE = 28;
const LEVELS = 16; // tones of ink: what is told apart by eye

/**
 * The ink of an image in a group of its own, a unit for each pixel: { node, show(values, most) }.
 *
 * show   `values` row by row; a value of `most` is drawn as full ink
 */
export function createInk() {
  const paths = Array.from({ length: LEVELS }, (_, at) =>
    s("path", { class: "wl-ink", "fill-opacity": (at + 1) / LEVELS }),
  );
  const node = s("g", {}, ...paths);
  return {
    node,
    /** @param {ArrayLike<number>} values @param {number} [most] */
    show(values, most = 1) {
      const runs = paths.map(() => "");
      for (let row = 0; row < values.length / SIDE; row++) {
        for (let column = 0; column < SIDE; ) {
          const from = column;
          const level = levelOf(values[row * SIDE + column], most);
          while (column < SIDE && levelOf(values[row * SIDE + column], most) === level) column++;
          if (level) runs[level - 1] += `M${from} ${row}h${column - from}v1h${from - column}z`;
        }
      }
      paths.forEach((path, at) => set(path, { d: runs[at] }));
    },
  };
}

const levelOf = (value, most) => clamp(Math.round((LEVELS * value) / most), 0, LEVELS);

/** An image on its sheet: { node, show(values, most, label), slideFrom(x, y, ms) }, which it does from pixels away. */
export function createPixels(className, label) {
  const ink = createInk();
  const attributes = { viewBox: `0 0 ${SIDE} ${SIDE}`, class: `wl-image ${className}` };
  const named = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  const node = s(
    "svg",
    { ...attributes, ...named },
    s("rect", { class: "wl-sheet", width: SIDE, height: SIDE }),
    ink.node,
  );
  return {
    node,
    show(values, most, said) {
      ink.show(values, most);
      if (said !== undefined) set(node, { "aria-label": said });
    },
    slideFrom(x, y, duration) {
      if (prefersReducedMotion()) return;
      const from = { transform: `translate(${x}px, ${y}px)` };
      ink.node.animate?.([from, { transform: "none" }], { duration, easing: "ease-out" });
    },
  };
}

/** A part of an array of images, as numbers: images may lie in a message at any offset. */
export function unpack(view) {
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const all = new Float32Array(bytes);
  const size = SIDE * SIDE;
  return Array.from({ length: all.length / size }, (_, at) => all.subarray(at * size, (at + 1) * size));
}
