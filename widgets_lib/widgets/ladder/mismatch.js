// Where a product is wrong: a small map of the cells of C.
import { s, UNITS_PER_EM } from "../shared/dom.js";

const SIDES = { few: 16, many: 8 }; // of a cell; cells are many from more than 16 along an axis
const INSET = 3; // of the cross in a wrong cell

/**
 * A cell for each value of C, or for a block of values; wrong ones are filled and crossed.
 * @param {{ rows: number, cols: number, wrong: boolean[][], label: string }} picture
 */
export function createMismatch({ rows, cols, wrong, label }) {
  const side = rows > 16 || cols > 16 ? SIDES.many : SIDES.few;
  const cells = wrong.flatMap((line, i) => line.flatMap((bad, j) => cell(j * side, i * side, side, bad)));
  return s(
    "svg",
    {
      viewBox: `0 0 ${cols * side} ${rows * side}`,
      style: `width:${(cols * side) / UNITS_PER_EM}em;max-width:100%`,
      class: "wl-picture",
      role: "img",
      "aria-label": label,
    },
    ...cells,
  );
}

function cell(x, y, side, bad) {
  const square = s("rect", {
    x: x + 0.5,
    y: y + 0.5,
    width: side - 1,
    height: side - 1,
    class: bad ? "wl-wrong" : "wl-fine",
  });
  if (!bad) return [square];
  const across = side - 2 * INSET;
  const cross = `M${x + INSET} ${y + INSET}l${across} ${across}m0 ${-across}l${-across} ${across}`;
  return [square, s("path", { d: cross, class: "wl-cross" })];
}
