// The moment written out, one equation for each cell of C that it makes.
import { h, set } from "../shared/dom.js";
import { factor, range } from "../shared/format.js";
import { item, span } from "./notation.js";

/**
 * Returns { node, build(moment, numbers, sizes), show(moment) }; `show` returns the equations as text.
 *
 * A strategy's moments make equally many cells, so the equations stand still and only their numbers change.
 */
export function createEquations() {
  const zero = h("p", {}, "C is all zeros.");
  const node = h("div", { class: "wl-equations" });
  let rows = [];
  /** @type {import("./numbers.js").Numbers} */
  let numbers;
  /** @type {import("./notation.js").Sizes} */
  let sizes;

  function build(moment, ...given) {
    [numbers, sizes] = given;
    const [i, j, t] = moment;
    const plane = i === null;
    const [down, across] = [plane ? sizes.m : 1, j === null ? sizes.n : 1];
    const most = Math.max(sizes.m, sizes.n); // rows in any strategy: what stands below stays in its place
    set(node, { style: `--columns: ${plane ? sizes.n : 1}; --rows: ${most}` });
    rows = range(down * across).map(() => createEquation(plane, t === null));
    node.replaceChildren(zero, ...rows.map((row) => row.node));
  }

  function show(moment) {
    zero.hidden = moment !== null;
    for (const row of rows) row.node.hidden = moment === null;
    if (!moment) return zero.textContent;
    const cells = span(moment[0], sizes.m).flatMap((i) => span(moment[1], sizes.n).map((j) => [i, j]));
    cells.forEach(([i, j], at) => fill(rows[at], i, j, moment[2]));
    return rows.map((row) => row.node.textContent).join("");
  }

  function fill(row, i, j, t) {
    const { a, b, sums, sign } = numbers;
    const { k } = sizes;
    [i, j, t ?? ":"].forEach((value, letter) => {
      for (const index of row.indices[letter]) index.textContent = String(value);
    });
    const products = span(t, k).map((at) => `${factor(a[i][at])}·${factor(b[at][j])}`);
    row.terms.textContent = [...(t === null ? [] : [sums[i][j][t]]), ...products].join(" + ") + sign;
    row.result.textContent = sums[i][j][t === null ? k : t + 1];
  }

  return { node, build, show };
}

/** c[i, j] += a[i, k] · b[k, j]: …, its numbers left open; of a `plane` of cells only c[i, j]: …, for its room. */
function createEquation(plane, whole) {
  const factors = [
    whole ? " = " : " += ",
    ...item("a", ["i", ""], ["k", ""]),
    " · ",
    ...item("b", ["k", ""], ["j", ""]),
  ];
  const name = h("span", {}, ...item("c", ["i", ""], ["j", ""]), ...(plane ? [] : factors), ": ");
  const terms = h("span");
  const result = h("b");
  const indices = ["i", "j", "k"].map((letter) => [...name.querySelectorAll(`.wl-${letter}`)]);
  return { indices, terms, result, node: h("p", {}, name, h("span", {}, terms, result), " ") };
}
