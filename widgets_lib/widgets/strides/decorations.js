// What stands around the cells: titles, indices, dots for what is left out, walls.
import { s } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { letterOf } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {{ l: number, k: number, down: Element[], along: Element[], name: Element | null }} FacetLabels
 *   the indices of a facet's rows and columns, and the facet's own
 */

const word = (x, y, text, name, anchor = "middle") => s("text", { x, y, class: name, "text-anchor": anchor }, text);
const title = (y, name, ...rest) =>
  s("text", { x: 4, y, class: "wl-title" }, s("tspan", { class: "wl-name" }, `${name}  `), ...rest);

/**
 * The parts to draw; among them the labels by facet. `wall` is the path of the thick walls where the storage begins and
 * ends: what lies outside does not belong to it.
 * @param {Picture} picture
 * @param {Layout} layout
 */
export function decorate({ name, shape, shown, memory }, layout) {
  const ndim = shape.length;
  const sizes = shape.flatMap((n, axis) => [
    axis ? ", " : "",
    s("tspan", { class: `wl-${letterOf(axis, ndim)}` }, String(n)),
  ]);
  /** @type {Element[]} */
  const parts = [
    title(16, name, "(", ...sizes, ndim === 1 ? ",)" : ")"),
    title(layout.title, "storage", s("tspan", { class: "wl-quiet" }, memory)),
  ];
  const quiet = (x, y, text, anchor = "middle") => parts.push(word(x, y, text, "wl-quiet", anchor));
  const none = (y, text) => parts.push(word(4, y, text, "wl-quiet wl-word", "start"));
  if (!layout.elements.length) none(48, shown ? "no elements" : "too far away to draw");
  if (!layout.cells.size) none(layout.title - 24, "no cells");
  const labels = layout.facets.map((facet) => labelFacet(facet, layout.size, ndim));
  for (const { down, along, name } of labels) parts.push(...down, ...along, ...(name ? [name] : []));
  for (const { x, y, rows, cols, cut } of layout.facets) {
    if (cut[0]) quiet(x + cols * layout.size + 4, y + layout.size / 2 + 4, "⋯", "start");
    if (cut[1]) quiet(x - 8, y + rows * layout.size + 8, "⋮", "end");
  }
  for (const { x, y } of layout.gaps) quiet(x, y, "⋯");
  const wall = layout.walls.map(({ x, y }) => `M${x} ${y - 4}v${layout.size + 8}`).join("") || null;
  return { labels, parts, wall };
}

/**
 * @param {import("./layout.js").Facet} facet
 * @param {number} size
 * @param {number} ndim
 * @returns {FacetLabels}
 */
function labelFacet({ l, k, x, y, rows, cols }, size, ndim) {
  return {
    ...{ l, k },
    name: ndim > 2 ? word(x, y - 28, ndim > 3 ? `q = ${l}, p = ${k}` : `p = ${k}`, "wl-p", "start") : null,
    down: range(ndim > 1 ? rows : 0).map((i) => word(x - 8, y + (i + 0.5) * size + 4, String(i), "wl-i", "end")),
    along: range(ndim ? cols : 0).map((j) => word(x + (j + 0.5) * size, y - 8, String(j), "wl-j")),
  };
}
