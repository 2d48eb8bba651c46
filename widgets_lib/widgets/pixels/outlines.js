// What is marked in the picture, as outlines: one for each block of neighbouring rows and columns.
import { s } from "../shared/dom.js";

/**
 * The runs of neighbours among rising indices, as [first, last].
 * @param {number[]} indices
 */
export function runs(indices) {
  /** @type {[number, number][]} */
  const found = [];
  for (const index of indices) {
    const last = found.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else found.push([index, index]);
  }
  return found;
}

/**
 * @param {{ rows: number[], columns: number[], kind: string }} selection
 * @param {number} size  the side of a pixel
 */
export function outlines({ rows, columns, kind }, size) {
  return runs(rows).flatMap(([top, bottom]) =>
    runs(columns).flatMap(([left, right]) => {
      const place = { x: left * size, y: top * size };
      const extent = { width: (right - left + 1) * size, height: (bottom - top + 1) * size };
      return ["wl-around", `wl-outline wl-outline-${kind}`].map((name) =>
        s("rect", { class: name, ...place, ...extent }),
      );
    }),
  );
}
