// The rows that were taken from the tape, under it in the order of the calls.
import { s } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createCell, label } from "./cells.js";
import { LEFT } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 *
 * @typedef {object} Row
 * @property {number} from
 * @property {number} to
 * @property {boolean} fresh  taken in the moment that is shown
 * @property {number | null} number  among the rows that have values; null for an empty one
 */

const MAX_ROWS = { pixels: 40, texts: 12 }; // drawn: the last ones
const MORE = 20; // height of the line that says how many are not drawn

/**
 * What is drawn: { rows, beside, bottom }; `beside` is what stands next to the rows, `bottom` where they end in the
 * last moment, so that stepping moves nothing below. A row is { group, from, fresh, y }.
 * @param {Picture} picture
 * @param {number} at  the moment
 * @param {Layout} layout
 */
export function drawRows(picture, at, layout) {
  const { size, pixels, rowsY } = layout;
  const lists = picture.moments.map(({ spans, raised }) => (raised ? [] : spans)); // what raised gave nothing back
  const taken = rowsOf(lists, at);
  const most = pixels ? MAX_ROWS.pixels : MAX_ROWS.texts;
  const hidden = Math.max(0, taken.length - most);
  const shown = taken.slice(hidden);
  const lastNumbered = shown.findLastIndex(({ number }) => number !== null);
  const top = rowsY + (hidden ? MORE : 0);
  const beside = hidden ? [s("text", { class: "wl-quiet", x: LEFT, y: rowsY + 8 }, `⋮ ${hidden} more before`)] : [];
  const rows = shown.map((row, nth) => {
    const y = top + nth * (size.row + size.gap);
    // Pixels leave no room for a number beside every row.
    if (row.number !== null && (!pixels || nth === 0 || nth === lastNumbered))
      beside.push(label(String(row.number), LEFT - 8, y + size.row / 2, { class: "wl-i", "text-anchor": "end" }));
    return { group: createRow(picture, row, y, layout), from: row.from, to: row.to, fresh: row.fresh, y };
  });
  frameSingle(rows, layout);
  const total = lists.flat().length;
  return { rows, beside, bottom: rowsY + (total > most ? MORE : 0) + Math.min(total, most) * (size.row + size.gap) };
}

/**
 * The rows that were taken up to a moment.
 * @returns {Row[]}
 */
function rowsOf(lists, at) {
  let numbered = 0;
  return lists
    .slice(0, at + 1)
    .flatMap((spans, when) =>
      spans.map(([from, to]) => ({ from, to, fresh: when === at, number: from < to ? numbered++ : null })),
    );
}

/**
 * @param {Picture} picture
 * @param {Row} row
 * @param {number} y
 * @param {Layout} layout
 */
function createRow(picture, { from, to, fresh }, y, { size, pixels, fit }) {
  const end = Math.min(to, from + fit);
  const width = (end - from) * size.wide;
  const state = fresh ? "wl-on" : "";
  const cells = range(from, end).map((index) =>
    createCell(picture, index, { x: (index - from) * size.wide, y: 0, wide: size.wide, high: size.row, state }),
  );
  const after = (text, name) => label(text, width + 8, size.row / 2, { class: name });
  if (end < to) cells.push(after("⋯", "wl-quiet"));
  if (from === to) cells.push(after("[ ]", fresh ? "wl-empty" : "wl-quiet"));
  else if (pixels) cells.push(s("path", { class: "wl-ruler", d: `M0.5 0v${size.row}M${width - 0.5} 0v${size.row}` }));
  return s("g", { class: "wl-taken", transform: `translate(${LEFT} ${y})` }, ...cells);
}

/** A frame around the only new row of pixels, which the rows around it would swallow. */
function frameSingle(rows, { size, pixels, fit }) {
  const fresh = rows.filter((row) => row.fresh);
  if (!pixels || fresh.length !== 1 || fresh[0].from === fresh[0].to) return;
  const width = Math.min(fit, fresh[0].to - fresh[0].from) * size.wide;
  fresh[0].group.append(s("rect", { class: "wl-frame", x: 0, y: 0, width, height: size.row }));
}
