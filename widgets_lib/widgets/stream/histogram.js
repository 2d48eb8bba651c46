// How many draws fell in each bar: those so far solid, all of them as an outline.
import { s, set } from "../shared/dom.js";
import { grouped } from "../shared/format.js";
import { round, word } from "./field.js";

/**
 * Returns { marks, nodes, show(draw), mark(draw), name(bin), holds(bin) }; `nodes` are the bars, the lowest first, to
 * be reached by keyboard, and `marks` all there is to draw. `name` and `holds` are words on a bar.
 *
 * bins, counts, edges, expected   see RandomStream.picture
 * left, top, width, Y             where it stands, and its vertical axis
 */
export function createHistogram({ bins, counts, edges, expected, left, top, width, Y }) {
  const most = Math.max(...counts, expected) * 1.08;
  const length = (count) => (count / most) * width;
  const soFar = new Uint32Array(counts.length);
  const rows = counts.map((count, bin) => {
    const y = round(Y(edges[bin + 1]) + 0.5);
    const height = round(Y(edges[bin]) - Y(edges[bin + 1]) - 1);
    const bar = (name, of) => s("rect", { class: name, x: left, y, width: length(of), height });
    const solid = bar("wl-solid", 0);
    const whole = { y: Y(edges[bin + 1]), height: Y(edges[bin]) - Y(edges[bin + 1]) };
    const reach = s("rect", { class: "wl-reach", x: left, width, ...whole }); // where the pointer meets it
    const node = s("g", { class: "wl-bin", role: "img", "data-bin": bin }, reach, bar("wl-all", count), solid);
    return { node, solid };
  });
  const even = left + length(expected);
  const marks = [
    s("path", { class: "wl-frame", d: `M${left} ${top}V${Y(0)}` }),
    s("g", { role: "group", "aria-label": "histogram" }, ...rows.map((row) => row.node)),
    s("path", { class: "wl-even", d: `M${even} ${top - 4}V${Y(0)}` }),
    word(left + width - 1, top - 10, `evenly spread: ${grouped(expected)} each`, "end"),
  ];

  const all = bins.length === 1 ? "the one draw puts" : `all ${grouped(bins.length)} draws put`;
  const name = (bin) => `bar from ${edges[bin]} to ${edges[bin + 1]}`;
  const holds = (bin) =>
    `${grouped(soFar[bin])}; ${all} ${grouped(counts[bin])} there, and an even spread would put ${grouped(expected)}`;
  let shown = 0; // draws that are counted
  return {
    marks,
    nodes: rows.map((row) => row.node),
    name,
    holds,
    show(draw) {
      const changed = new Set();
      const count = (at, step) => {
        soFar[bins[at]] += step;
        changed.add(bins[at]);
      };
      for (; shown < draw; shown++) count(shown, 1);
      for (; shown > draw; shown--) count(shown - 1, -1);
      for (const bin of changed) set(rows[bin].solid, { width: round(length(soFar[bin])) });
      rows.forEach((row, bin) => {
        set(row.node, { "aria-label": `${name(bin)}: so far ${holds(bin)}` });
      });
    },
    /** Marks the bar that a draw fell in. */
    mark(draw) {
      rows.forEach((row, bin) => {
        row.node.classList.toggle("wl-on", bins[draw - 1] === bin);
      });
    },
  };
}
