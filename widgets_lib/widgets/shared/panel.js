// An array as a figure: its name and its shape above what is drawn of it, which is mostly cells with one Tab stop.
import { drawing, h, set } from "./dom.js";
import { createRovingFocus } from "./roving-focus.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * A figure with a name and a shape above it.
 * @param {Child | Child[]} name
 * @param {string} shape
 * @param {Element} drawn
 */
export const createFrame = (name, shape, drawn) =>
  h(
    "figure",
    { class: "wl-panel" },
    h("figcaption", {}, h("code", {}, name), h("span", { class: "wl-quiet wl-mono" }, shape)),
    drawn,
  );

/**
 * A figure beside what stands between it and the one before it: "·", "=" or, for the first, nothing.
 * @param {string} sign
 * @param {Element} figure
 */
export const createTerm = (sign, figure) =>
  h(
    "div",
    { class: "wl-term" },
    sign && h("span", { class: "wl-between wl-mono", "aria-hidden": "true" }, sign),
    figure,
  );

/**
 * A frame around cells: { node, cells, point(p), stop(), rename() }. `point` sets the indices of one cell in bold,
 * `stop()` is the cell that Tab reaches, and `rename` asks `describe` for its words again.
 *
 * @param {object} options
 * @param {Child | Child[]} options.name
 * @param {string} options.shape
 * @param {string} options.label  what a screen reader says of the whole
 * @param {string} options.empty  what stands there without cells
 * @param {ReturnType<typeof import("./facets.js").createFacets>} options.facets
 * @param {{ nodes: Element[], right: number, below: number }} [options.more]  drawn over the cells, and its room
 * @param {number} [options.stop]  the cell that Tab reaches first, if there is one of this number
 * @param {(p: number) => string} options.describe  what a screen reader says of a cell
 * @param {(p: number | null) => void} options.onHighlight  a cell has the pointer or the focus; null when both left
 */
export function createPanel({ name, shape, label, empty, facets, more, stop = 0, describe, onHighlight }) {
  const { cells, beside, point } = facets;
  const { nodes, right, below } = more ?? { nodes: [], right: 0, below: 0 };
  const svg = drawing(facets.width + right, facets.height + below, label, facets.node, ...nodes);
  set(svg, { role: "group" }); // its cells are things to stand on, which an image could not hold
  const node = createFrame(name, shape, cells.length ? svg : h("p", { class: "wl-none wl-quiet" }, empty));
  const numberOf = (/** @type {Element} */ cell) => Number(cell.getAttribute("data-p"));
  const rename = (/** @type {Element | undefined} */ cell) =>
    cell && set(cell, { role: "img", "aria-label": describe(numberOf(cell)) });
  const focus = createRovingFocus(node, {
    items: cells,
    next: (cell, move) => move && cells[beside(numberOf(cell), move[0], move[1])],
    onHighlight: (cell) => onHighlight(cell && numberOf(cell)),
    onStop: rename,
    sparse: true,
  });
  if (stop && cells[stop]) focus.moveTo(cells[stop]);
  return { node, cells, point, stop: focus.stop, rename: () => rename(focus.stop()) };
}

/**
 * The number of the cell that Tab reaches in a panel, 0 without one.
 * @param {{ stop(): Element | undefined } | undefined} panel
 */
export const stopOf = (panel) => Number(panel?.stop()?.getAttribute("data-p") ?? 0);
