// The pixels around the one that is looked at, with their numbers: for a picture that has no room for them.
import { drawing, h } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { cellSize, clamp, range, signed } from "../shared/format.js";

const AROUND = 3; // pixels on each side of the one in the middle
const CELL = 28; // side of a pixel, at least

/** Returns { node, show(picture, row, column) }. */
export function createCloseup() {
  const node = h("div", { class: "wl-close", "aria-hidden": "true" });
  return {
    node,
    show(picture, row, column) {
      const [rows, columns] = picture.shape;
      const shown = [around(row, rows), around(column, columns)];
      const wide = shown[1].length;
      const pixel = (p) => shown[0][Math.floor(p / wide)] * columns + shown[1][p % wide];
      const size = cellSize(picture.short, CELL, { padding: 4 });
      const facets = createFacets({ shown, size, text: (p) => signed(picture.short[pixel(p)]) });
      facets.cells.forEach((cell, p) => {
        cell.style.setProperty("--wl-grey", picture.grey[pixel(p)]);
      });
      const at = shown[0].indexOf(row) * wide + shown[1].indexOf(column);
      facets.cells[at].classList.add("wl-on");
      facets.point(at);
      node.replaceChildren(drawing(facets.width, facets.height, "close-up", facets.node));
    },
  };
}

/** The indices around one, of an axis of that length. */
function around(index, length) {
  const from = clamp(index - AROUND, 0, Math.max(0, length - 2 * AROUND - 1));
  return range(from, Math.min(length, from + 2 * AROUND + 1));
}
