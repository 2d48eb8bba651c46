// A matrix as square SVG cells, with its indices along two sides in the colours of their axes.
import { s } from "./dom.js";

/**
 * Returns { node, cells, width, height, at(i, j), mark(i, j, name), unmark(name), write(i, j, text) }.
 *
 * node     an SVG group whose cells start at (x, y); index labels stand above and to the left of them
 * rows, cols   how many; `size` the side of a cell in drawing units (whole, so that edges stay crisp)
 * text(i, j)   what a cell says; `axes`: the axis letters of rows and columns, "i", "j" or "k", or null for none
 * mark adds the class `wl-<name>` to a cell, unmark takes it from all cells
 *
 * @param {object} options
 * @param {number} options.rows
 * @param {number} options.cols
 * @param {number} [options.size]
 * @param {number} [options.x]
 * @param {number} [options.y]
 * @param {(i: number, j: number) => string} [options.text]
 * @param {(string | null)[]} [options.axes]
 * @param {string} [options.title]
 */
export function createMatrix({
  rows,
  cols,
  size = 32,
  x = 0,
  y = 0,
  text = () => "",
  axes = [null, null],
  title = "",
}) {
  /** @type {SVGGElement[]} */
  const cells = [];
  const node = s("g", { transform: `translate(${x} ${y})` });
  if (title) node.append(s("text", { x: 0, y: axes[1] ? -26 : -10, class: "wl-word" }, title));
  for (let j = 0; axes[1] && j < cols; j++) {
    node.append(s("text", { x: (j + 0.5) * size, y: -8, "text-anchor": "middle", class: `wl-${axes[1]}` }, String(j)));
  }
  for (let i = 0; i < rows; i++) {
    if (axes[0])
      node.append(
        s(
          "text",
          { x: -8, y: (i + 0.5) * size, "text-anchor": "end", "dominant-baseline": "central", class: `wl-${axes[0]}` },
          String(i),
        ),
      );
    for (let j = 0; j < cols; j++) {
      const cell = s(
        "g",
        { class: "wl-cell", "data-i": i, "data-j": j, transform: `translate(${j * size} ${i * size})` },
        s("rect", { x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
        s("text", { x: size / 2, y: size / 2 }, text(i, j)),
      );
      cells.push(cell);
      node.append(cell);
    }
  }
  const at = (/** @type {number} */ i, /** @type {number} */ j) => cells[i * cols + j];
  /** @type {Map<string, Set<Element>>} */
  const marked = new Map();
  return {
    node,
    cells,
    width: cols * size,
    height: rows * size,
    at,
    /**
     * @param {number} i
     * @param {number} j
     * @param {string} name
     */
    mark(i, j, name) {
      const cell = at(i, j);
      if (!cell) return;
      cell.classList.add(`wl-${name}`);
      marked.set(name, (marked.get(name) ?? new Set()).add(cell));
    },
    /** @param {string} name */
    unmark(name) {
      for (const cell of marked.get(name) ?? []) cell.classList.remove(`wl-${name}`);
      marked.delete(name);
    },
    /**
     * @param {number} i
     * @param {number} j
     * @param {string} value
     */
    write(i, j, value) {
      /** @type {Element} */ (at(i, j).lastChild).textContent = value;
    },
  };
}
