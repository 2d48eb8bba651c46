// An array of up to four axes as square SVG cells: rows and columns, in facets across and down for the axes before.
import { s } from "./dom.js";

const CUT = 20; // width of the gap where indices are left out
const AXES = ["", "k", "i", "j"]; // facets down, facets across, rows, columns
const APART = [28, 20, 0, 0]; // the least gap between neighbours along each

/**
 * Returns { node, cells, width, height, place(p), beside(p, down, right), point(p) }; p counts cells in row-major order.
 *
 * shown    for each axis (at most four) the indices that are drawn; where some are left out, dots stand
 * size     the side of a cell in drawing units; `text(p)` what a cell says, `kind(p)` its further class, if any
 * place    the upper left corner of a cell; `beside` its neighbour in the drawing, itself at the edge
 * point    sets the indices of one cell in bold; null for none
 */
export function createFacets({ shown, size, text, kind = () => "" }) {
  const ndim = shown.length;
  const axes = [...Array(4 - ndim).fill([0]), ...shown];
  const [down, across, rows, columns] = axes;
  const left = ndim > 1 ? 12 + 8 * Math.max(0, ...rows.map((index) => String(index).length)) : 1;
  const top = (ndim > 0 ? 20 : 1) + (ndim > 2 ? 20 : 0);
  const x = line(columns, size, APART[3]);
  const y = line(rows, size, APART[2]);
  const facetX = line(across, x.length, APART[1]);
  const facetY = line(down, top + y.length, APART[0]);

  /** Where cell p is along each axis: positions among the drawn ones. */
  const locate = (p) => {
    const facet = Math.floor(p / (rows.length * columns.length));
    return [
      Math.floor(facet / across.length),
      facet % across.length,
      Math.floor(p / columns.length) % rows.length,
      p % columns.length,
    ];
  };
  const place = (p) => {
    const [d, a, i, j] = locate(p);
    return [left + facetX.starts[a] + x.starts[j], facetY.starts[d] + top + y.starts[i]];
  };

  const node = s("g");
  const labels = s("g", { "aria-hidden": "true" });
  const write = (words, letter, atX, atY, anchor = "middle") =>
    labels.appendChild(
      s(
        "text",
        { x: atX, y: atY, class: `wl-${letter || "quiet"}`, "text-anchor": anchor, "dominant-baseline": "central" },
        words,
      ),
    );
  const cut = (indices, at) => at > 0 && indices[at] - indices[at - 1] > 1;
  const byIndex = [new Map(), new Map(), new Map(), new Map()];
  down.forEach((outer, d) =>
    across.forEach((facet, a) => {
      const ox = left + facetX.starts[a];
      const oy = facetY.starts[d] + top;
      const [middleX, middleY] = [ox + x.length / 2, oy + y.length / 2];
      if (ndim > 2)
        byIndex[1].set(`${d} ${a}`, write(ndim > 3 ? `[${outer}, ${facet}]` : `[${facet}]`, AXES[1], middleX, oy - 32));
      if (cut(across, a)) write("⋯", "", ox - (APART[1] + CUT) / 2, middleY);
      if (a === 0 && cut(down, d)) write("⋮", "", middleX, oy - top - CUT / 2);
      columns.forEach((index, j) => {
        if (ndim > 0)
          byIndex[3].set(`${d} ${a} ${j}`, write(String(index), AXES[3], ox + x.starts[j] + size / 2, oy - 10));
        if (cut(columns, j)) write("⋯", "", ox + x.starts[j] - CUT / 2, middleY);
      });
      rows.forEach((index, i) => {
        if (ndim > 1 && a === 0)
          byIndex[2].set(`${d} ${i}`, write(String(index), AXES[2], left - 8, oy + y.starts[i] + size / 2, "end"));
        if (cut(rows, i)) write("⋮", "", middleX, oy + y.starts[i] - CUT / 2);
      });
    }),
  );

  const cells = Array.from({ length: down.length * across.length * rows.length * columns.length }, (_, p) => {
    const [cellX, cellY] = place(p);
    return s(
      "g",
      { class: `wl-cell ${kind(p)}`, "data-p": p, transform: `translate(${cellX} ${cellY})` },
      s("rect", { x: 1.5, y: 1.5, width: size - 3, height: size - 3 }),
      s("text", { x: size / 2, y: size / 2 }, text(p)),
    );
  });
  node.append(labels, ...cells);

  let pointed = [];
  return {
    node,
    cells,
    width: left + facetX.length + 1,
    height: facetY.length + 1,
    place,
    beside(p, downwards, rightwards) {
      const [d, a, i, j] = locate(p);
      const row = d * rows.length + i + downwards;
      const column = a * columns.length + j + rightwards;
      if (Math.min(row, column) < 0 || row >= down.length * rows.length || column >= across.length * columns.length)
        return p;
      const facet = Math.floor(row / rows.length) * across.length + Math.floor(column / columns.length);
      return (facet * rows.length + (row % rows.length)) * columns.length + (column % columns.length);
    },
    point(p) {
      for (const label of pointed) label.classList.remove("wl-at");
      const [d, a, i, j] = p === null ? [] : locate(p);
      pointed = [byIndex[1].get(`${d} ${a}`), byIndex[2].get(`${d} ${i}`), byIndex[3].get(`${d} ${a} ${j}`)].filter(
        Boolean,
      );
      for (const label of pointed) label.classList.add("wl-at");
    },
  };
}

/** Where the things along an axis start, with a gap for dots where indices are left out: { starts, length }. */
function line(indices, step, apart) {
  const starts = [];
  let length = 0;
  indices.forEach((index, at) => {
    if (at) length += apart + (index - indices[at - 1] > 1 ? CUT : 0);
    starts.push(length);
    length += step;
  });
  return { starts, length };
}
