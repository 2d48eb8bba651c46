// The whole of a tape that is longer than the window on it.
import { s } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { LEFT } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./layout.js").TapeMoment} TapeMoment
 */

/** A bar under the whole tape, from one value to another. */
export const createBar = (from, to, name, { place, share, barsY }) =>
  s("rect", { class: name, x: place(from), y: barsY, width: Math.max(1, (to - from) * share - 1), height: 4 });

/**
 * The whole tape, its ink, the window and the read heads.
 * @param {Picture} picture
 * @param {TapeMoment} moment
 * @param {Layout} layout
 */
export function drawWhole({ grey }, { heads }, { count, fit, start, stop, size, wholeY, share, place }) {
  const y = wholeY + 8;
  const inked = grey ? range(count).filter((index) => grey[index]) : [];
  return [
    s("rect", { class: "wl-whole", x: LEFT, y, width: fit * size.wide, height: 20 }),
    ...inked.map((index) =>
      s("rect", { class: "wl-ink", x: place(index), y, width: share, height: 20, "fill-opacity": grey[index] }),
    ),
    s("rect", { class: "wl-window", x: place(start) - 1, y: y - 2, width: (stop - start) * share + 2, height: 24 }),
    ...heads.map(({ position }) => s("path", { class: "wl-head", d: `M${place(position)} ${y - 1}l-4 -6h8z` })),
  ];
}

/**
 * Bars under what the calls of a moment read.
 * @param {TapeMoment} moment
 * @param {Layout} layout
 */
export function drawReads({ spans }, layout) {
  return spans.flatMap(([from, to], call) =>
    to > from ? [createBar(from, to, `wl-read ${call % 2 ? "wl-odd" : ""}`, layout)] : [],
  );
}

/**
 * The next take framed on the tape, open where it goes on beyond the window; and all that follow it on the whole tape.
 * @param {number} from
 * @param {number} take
 * @param {Layout} layout
 */
export function drawPreview(from, take, layout) {
  const { count, start, stop, top, size, whole, share, x } = layout;
  const to = Math.min(count, from + take);
  const takes =
    whole && take * share >= 4 ? range(Math.ceil((count - from) / take)).map((nth) => from + nth * take) : [];
  const bars = takes.map((at) => createBar(at, Math.min(count, at + take), "wl-preview", layout));
  if (Math.max(from, start) >= Math.min(to, stop)) return bars;
  const [x1, x2] = [x(Math.max(from, start)) + 0.5, x(Math.min(to, stop)) - 0.5];
  const [y1, y2] = [top - 2.5, top + size.high + 2.5];
  const frame = `M${x1} ${y1}H${x2}${to > stop ? "M" : "L"}${x2} ${y2}H${x1}${from < start ? "" : `V${y1}`}`;
  return [...bars, s("path", { class: "wl-preview", d: frame })];
}
