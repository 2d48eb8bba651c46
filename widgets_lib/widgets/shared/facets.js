// An array of up to four axes as square SVG cells: rows and columns, in facets across and down for the axes before.
import { s } from "./dom.js";
import { range } from "./format.js";

const CUT = 20; // width of the gap where indices are left out
const AXES = ["", "p", "i", "j"]; // facets down, facets across, rows, columns
const NAME = 20; // room for the name of an axis, and for each further part of it
const APART = [28, 20, 0, 0]; // the least gap between neighbours along each

/**
 * Returns { node, cells, width, height, place(p), beside(p, down, right), point(p) }; p counts cells row by row.
 *
 * shown    for each axis (at most four) the indices that are drawn; where some are left out, dots stand
 * size     the side of a cell in drawing units; `text(p)` what a cell says, `kind(p)` its further class, if any
 * place    the upper left corner of a cell; `beside` its neighbour in the drawing, itself at the edge
 * point    sets the indices of one cell in bold; null for none
 *
 * names    of the axes, nodes for an SVG text each; without them the axes have none. tones: their colours, i, j, k or p
 *
 * @param {object} options
 * @param {number[][]} options.shown
 * @param {number} options.size
 * @param {(p: number) => string} options.text
 * @param {(p: number) => string} [options.kind]
 * @param {(string | Element)[][]} [options.names]
 * @param {string[]} [options.tones]
 */
export function createFacets({ shown, size, text, kind = (_) => "", names, tones = AXES.slice(4 - shown.length) }) {
  const missing = Array(4 - shown.length).fill("");
  const grid = createGrid(shown, size, names ? NAME : 0, names ? NAME * (names.at(-2)?.length ?? 0) : 0);
  const labels = createLabels(grid, [...missing, ...tones], names && [...missing, ...names]);
  const cells = range(grid.count).map((p) => {
    const [x, y] = grid.place(p);
    return s(
      "g",
      { class: `wl-cell ${kind(p)}`, "data-p": p, transform: `translate(${x} ${y})` },
      s("rect", { x: 1.5, y: 1.5, width: size - 3, height: size - 3 }),
      s("text", { x: size / 2, y: size / 2 }, text(p)),
    );
  });
  const { width, height, place, beside } = grid;
  return { node: s("g", {}, labels.node, ...cells), cells, width, height, place, beside, point: labels.point };
}

/**
 * Where cells and facets go: the axes' indices, and what createFacets says of its own.
 * @typedef {ReturnType<typeof createGrid>} Grid
 * @param {number[][]} shown
 * @param {number} size
 * @param {number} name  room above for the name of the columns
 * @param {number} aside  room on the left for that of the rows
 */
function createGrid(shown, size, name, aside) {
  const ndim = shown.length;
  /** @type {number[][]} */
  const axes = [...Array(4 - ndim).fill([0]), ...shown];
  const [down, across, rows, columns] = axes;
  const left = ndim > 1 ? 12 + 8 * Math.max(0, ...rows.map((index) => String(index).length)) + aside : 1;
  const top = (ndim > 0 ? 20 + name : 1) + (ndim > 2 ? 20 : 0);
  const x = line(columns, size, APART[3]);
  const y = line(rows, size, APART[2]);
  const facetX = line(across, x.length, APART[1]);
  const facetY = line(down, top + y.length, APART[0]);

  /** Where cell p is along each axis: positions among the drawn ones. */
  const locate = (/** @type {number} */ p) => {
    const facet = Math.floor(p / (rows.length * columns.length));
    return [
      Math.floor(facet / across.length),
      facet % across.length,
      Math.floor(p / columns.length) % rows.length,
      p % columns.length,
    ];
  };
  /** The upper left corner of a facet's cells. */
  const corner = (/** @type {number} */ d, /** @type {number} */ a) => [
    left + facetX.starts[a],
    facetY.starts[d] + top,
  ];
  return {
    ...{ ndim, axes, size, name, left, top, x, y, locate, corner },
    width: left + facetX.length + 1,
    height: facetY.length + 1,
    count: down.length * across.length * rows.length * columns.length,
    place(/** @type {number} */ p) {
      const [d, a, i, j] = locate(p);
      const [facetLeft, facetTop] = corner(d, a);
      return [facetLeft + x.starts[j], facetTop + y.starts[i]];
    },
    /**
     * @param {number} p
     * @param {number} downwards
     * @param {number} rightwards
     */
    beside(p, downwards, rightwards) {
      const [d, a, i, j] = locate(p);
      const row = d * rows.length + i + downwards;
      const column = a * columns.length + j + rightwards;
      if (Math.min(row, column) < 0 || row >= down.length * rows.length || column >= across.length * columns.length)
        return p;
      const facet = Math.floor(row / rows.length) * across.length + Math.floor(column / columns.length);
      return (facet * rows.length + (row % rows.length)) * columns.length + (column % columns.length);
    },
  };
}

/** @typedef {string | (string | Element)[]} Words  what an SVG text holds */

/**
 * The indices along the sides of each facet, and dots where some are left out: { node, point(p) }.
 * @param {Grid} grid
 * @param {string[]} tones
 * @param {(string | Element)[][]} [names]
 */
function createLabels({ ndim, axes, size, name, left, top, x, y, locate, corner }, tones, names) {
  const [down, across, rows, columns] = axes;
  const node = s("g", { "aria-hidden": "true" });
  /** @type {(words: Words, tone: string, atX: number, atY: number, anchor?: string) => Element} */
  const write = (words, tone, atX, atY, anchor = "middle") => {
    const attributes = { x: atX, y: atY, class: `wl-${tone || "quiet"}` };
    const label = s("text", { ...attributes, "text-anchor": anchor, "dominant-baseline": "central" }, words);
    node.append(label);
    return label;
  };
  const cut = (/** @type {number[]} */ indices, /** @type {number} */ at) =>
    at > 0 && indices[at] - indices[at - 1] > 1;
  /** @type {Map<string, Element>[]} */
  const byIndex = AXES.map(() => new Map());

  /** @type {(nodes: (string | Element)[]) => Words} */
  const copy = (nodes) =>
    nodes.map((node) => (typeof node === "string" ? node : /** @type {Element} */ (node.cloneNode(true))));
  /** @type {(d: number, a: number) => Words} */
  const facetName = (d, a) => {
    if (names)
      return [...(ndim > 3 ? [...copy(names[0]), ` = ${down[d]}, `] : []), ...copy(names[1]), ` = ${across[a]}`];
    return ndim > 3 ? `[${down[d]}, ${across[a]}]` : `[${across[a]}]`;
  };
  const writeFacet = (/** @type {number} */ d, /** @type {number} */ a) => {
    const [facetLeft, facetTop] = corner(d, a);
    const [middleX, middleY] = [facetLeft + x.length / 2, facetTop + y.length / 2];
    if (ndim > 2) byIndex[1].set(`${d} ${a}`, write(facetName(d, a), tones[1], middleX, facetTop - 32 - name));
    if (names && ndim > 0) write(copy(names[3]), tones[3], middleX, facetTop - 30);
    if (names && ndim > 1 && a === 0) write(copy(names[2]), tones[2], 0, middleY, "start");
    if (cut(across, a)) write("⋯", "", facetLeft - (APART[1] + CUT) / 2, middleY);
    if (a === 0 && cut(down, d)) write("⋮", "", middleX, facetTop - top - CUT / 2);
    columns.forEach((index, j) => {
      const start = facetLeft + x.starts[j];
      if (ndim > 0) byIndex[3].set(`${d} ${a} ${j}`, write(String(index), tones[3], start + size / 2, facetTop - 10));
      if (cut(columns, j)) write("⋯", "", start - CUT / 2, middleY);
    });
    rows.forEach((index, i) => {
      const start = facetTop + y.starts[i];
      if (ndim > 1 && a === 0)
        byIndex[2].set(`${d} ${i}`, write(String(index), tones[2], left - 8, start + size / 2, "end"));
      if (cut(rows, i)) write("⋮", "", middleX, start - CUT / 2);
    });
  };
  for (const d of down.keys()) for (const a of across.keys()) writeFacet(d, a);

  /** @type {Element[]} */
  let pointed = [];
  return {
    node,
    point(/** @type {number | null} */ p) {
      for (const label of pointed) label.classList.remove("wl-at");
      const [d, a, i, j] = p === null ? [] : locate(p);
      const labels = [byIndex[1].get(`${d} ${a}`), byIndex[2].get(`${d} ${i}`), byIndex[3].get(`${d} ${a} ${j}`)];
      pointed = labels.filter((label) => label !== undefined);
      for (const label of pointed) label.classList.add("wl-at");
    },
  };
}

/**
 * Where the things along an axis start, with a gap for dots where indices are left out: { starts, length }.
 * @param {number[]} indices
 * @param {number} step  from one to the next
 * @param {number} apart  the least gap between them
 */
function line(indices, step, apart) {
  /** @type {number[]} */
  const starts = [];
  let length = 0;
  indices.forEach((index, at) => {
    if (at) length += apart + (index - indices[at - 1] > 1 ? CUT : 0);
    starts.push(length);
    length += step;
  });
  return { starts, length };
}
