// An operand or the result as a figure: its name, its shape, its cells, and an arrow along each axis that is stretched.
import { s } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { createPanel as createCells } from "../shared/panel.js";

const MOTION_MS = 240;

/**
 * { node, cells, point(p), stop(), stretch() }; `stretch` lets ghost cells slide out of the real cells they repeat.
 *
 * @param {object} options
 * @param {import("./sentences.js").Panel} options.panel
 * @param {number[][]} options.shown  the drawn indices of each axis
 * @param {number} options.size  the side of a cell in drawing units
 * @param {number[]} options.elements  the element that each drawn cell reads, -1 for none
 * @param {number} [options.first]  the cell that Tab reaches first
 * @param {(p: number) => string} options.describe  what a screen reader says of a cell
 * @param {(p: number | null) => void} options.onHighlight  a cell has the pointer or the focus; null when both left
 */
export function createPanel({ panel, shown, size, elements, first, describe, onHighlight }) {
  const home = panel.home ?? elements;
  const kind = (p) => (elements[p] < 0 ? "wl-hole" : home[elements[p]] === p ? "" : "wl-ghost");
  const facets = createFacets({ shown, size, kind, text: (p) => panel.texts[elements[p]] ?? "" });
  const ghosts = groupGhosts(facets, (p) => (kind(p) === "wl-ghost" ? home[elements[p]] : p));
  const arrows = createArrows(panel, shown, facets, size);
  const { node, cells, point, stop } = createCells({
    name: panel.code,
    shape: panel.seen ? `${panel.shape} → ${panel.seen}` : panel.shape,
    label: `${panel.code}, shape ${panel.shape}${panel.seen ? `, stretched to ${panel.seen}` : ""}`,
    empty: "no elements",
    more: arrows,
    ...{ facets, stop: first, describe, onHighlight },
  });
  return {
    node,
    cells,
    point,
    stop,
    stretch() {
      for (const { group, x, y } of ghosts) {
        group.animate?.([{ transform: `translate(${-x}px, ${-y}px)` }, { transform: "none" }], {
          duration: MOTION_MS,
          easing: "ease-out",
        });
      }
    },
  };
}

/**
 * Put the cells that stand the same way off from the cell they repeat into one group, so that few things move: a list
 * of { group, x, y }. The groups lie under the real cells, for that is where they come from.
 * @param {ReturnType<typeof createFacets>} facets
 * @param {(p: number) => number} homeOf
 */
function groupGhosts({ node, cells, place }, homeOf) {
  /** @type {Map<string, { group: SVGElement, x: number, y: number }>} */
  const groups = new Map();
  cells.forEach((cell, p) => {
    const home = homeOf(p);
    if (home === p) return;
    const [x, y] = place(p).map((at, axis) => at - place(home)[axis]);
    const key = `${x} ${y}`;
    if (!groups.has(key)) groups.set(key, { group: s("g"), x, y });
    groups.get(key).group.append(cell);
  });
  node.prepend(...[...groups.values()].map(({ group }) => group));
  return [...groups.values()];
}

/**
 * Along each axis that is stretched an arrow in its colour, from the real cells over the ghosts;
 * { nodes, right, below } with the room they take.
 * @param {import("./sentences.js").Panel} panel
 * @param {number[][]} shown
 * @param {ReturnType<typeof createFacets>} facets
 * @param {number} size
 */
function createArrows(panel, shown, facets, size) {
  if (!facets.cells.length) return { nodes: [], right: 0, below: 0 };
  // The last cell along each axis, from the right: columns, rows, facets. Null where nothing is stretched.
  let step = 1;
  const [columns, rows, across] = shown
    .map((indices) => indices.length - 1)
    .reverse()
    .map((last, at) => {
      const end = facets.place(last * step);
      step *= last + 1;
      return panel.stretched?.at(-at - 1) && last > 0 ? end : null;
    });
  const [x, y] = facets.place(0).map((corner) => corner + size / 2);
  const width = shown.at(-1)?.length ?? 1;
  const height = shown.at(-2)?.length ?? 1;
  const right = facets.place(width - 1)[0] + size + 8;
  const below = facets.place(width * height - 1)[1] + size + 8;
  const nodes = [
    columns && arrow("j", `M${x} ${below}H${columns[0] + size / 2}`, "l-5 -4m5 4l-5 4"),
    rows && arrow("i", `M${right} ${y}V${rows[1] + size / 2}`, "l-4 -5m4 5l4 -5"),
    across && arrow("p", `M${x} ${below + (columns ? 10 : 0)}H${across[0] + size / 2}`, "l-5 -4m5 4l-5 4"),
  ];
  return { nodes: nodes.filter(Boolean), right: rows ? 16 : 0, below: (columns ? 16 : 0) + (across ? 12 : 0) };
}

const arrow = (letter, shaft, head) =>
  s("path", { class: `wl-arrow wl-${letter}`, d: shaft + head, "aria-hidden": "true" });
