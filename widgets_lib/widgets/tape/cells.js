// The values on the tape, and brackets under what was read.
import { s } from "../shared/dom.js";
import { range, signed } from "../shared/format.js";
import { LEFT, LETTER } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./layout.js").TapeMoment} TapeMoment
 */

const AIR = 3; // between the numbers of neighbours

/** Text whose middle line is at y. */
export const label = (text, x, y, attributes = {}) =>
  s("text", { x, y, "dominant-baseline": "central", ...attributes }, text);

/**
 * A value with its exact text on hover: ink as strong as its grey, or its text in a cell.
 * @param {Picture} picture
 * @param {number} index
 * @param {{ x: number, y: number, wide: number, high: number, state: string }} place
 */
export function createCell({ texts, exact, grey }, index, { x, y, wide, high, state }) {
  const title = s("title", {}, `values[${index}] = ${exact[index]}`);
  if (grey) return s("rect", { class: "wl-ink", x, y, width: wide, height: high, "fill-opacity": grey[index] }, title);
  return s(
    "g",
    { class: `wl-cell ${state}`, transform: `translate(${x} ${y})` },
    title,
    s("rect", { x: 0.5, y: 0.5, width: wide - 1, height: high - 1 }),
    s("text", { x: wide / 2, y: high / 2 }, signed(texts[index])),
  );
}

/**
 * The cells in the window on the tape, and what says that it goes on or ends there.
 * @param {Picture} picture
 * @param {TapeMoment} moment
 * @param {Layout} layout
 */
export function drawTape(picture, moment, layout) {
  const { start, stop, count, top, size, x } = layout;
  const middle = top + size.high / 2;
  return [
    ...(layout.pixels ? [createRuler(layout)] : []),
    ...range(start, stop).map((index) => createTapeCell(picture, moment, index, layout)),
    ...(start > 0 ? [label("⋯", LEFT - 8, middle, { class: "wl-quiet", "text-anchor": "end" })] : []),
    stop < count
      ? label("⋯", x(stop) + 8, middle, { class: "wl-quiet" })
      : s("path", { class: "wl-end", d: `M${x(count) + 1} ${top - 4}v${size.high + 8}` }),
  ];
}

function createTapeCell(picture, { spans }, index, { position, top, size, x }) {
  const read = spans.some(([from, to]) => from <= index && index < to);
  const state = read ? "wl-on" : index < position ? "wl-past" : "";
  const drawn = createCell(picture, index, { x: x(index), y: top, wide: size.wide, high: size.high, state });
  // A cell without ink looks like nothing: its number says that a value is there.
  const text = picture.texts[index];
  if (picture.grey?.[index] !== 0 || LETTER * text.length + AIR > size.wide) return drawn;
  const number = label(text, x(index) + size.wide / 2, top + size.high / 2, { "text-anchor": "middle" });
  return s("g", { class: state }, drawn, number);
}

/** Hairlines around and between pixels. */
function createRuler({ start, stop, top, size, x }) {
  const between = range(start, stop + 1).map((index) => `M${x(index) + 0.5} ${top}v${size.high}`);
  const along = [top + 0.5, top + size.high - 0.5].map((y) => `M${LEFT} ${y}H${x(stop)}`);
  return s("path", { class: "wl-ruler", d: [...between, ...along].join("") });
}

/**
 * What the calls of a moment read: a bracket each.
 * @param {TapeMoment} moment
 * @param {Layout} layout
 */
export function drawBrackets({ spans }, { start, stop, bracketsY: y, x }) {
  return spans.flatMap(([from, to], call) => {
    const empty = from === to;
    if (to < start || from > stop || (from === stop && !empty)) return [];
    const [x1, x2] = empty ? [x(from) + 2, x(from) + 10] : [x(from) + 2, x(to) - 2];
    const bracket = s("path", { class: `wl-span ${call % 2 ? "wl-odd" : ""}`, d: `M${x1} ${y - 5}v5H${x2}v-5` });
    if (empty) return [bracket, s("text", { class: "wl-empty", x: x1, y: y + 15, "text-anchor": "start" }, "[ ]")];
    const text = `${from}:${to}`;
    if (x2 - x1 < LETTER * text.length) return [bracket];
    return [bracket, s("text", { class: "wl-accent", x: (x1 + x2) / 2, y: y + 15, "text-anchor": "middle" }, text)];
  });
}
