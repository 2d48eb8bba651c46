// Lines that tie an element to its cell: the thread from the view to the storage, and the hops of the equation.
import { s, set } from "../shared/dom.js";
import { clearPlace, pointsAlong } from "./clearance.js";
import { indexOf, letterOf, numberOf } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./layout.js").Place} Place
 * @typedef {import("./marks.js").Mark} Mark
 */

/**
 * Draws into `group` as many paths as are asked for: draw([{ d, name }]). Paths are kept and used again.
 * @param {Element} group
 */
export function createPaths(group) {
  /** @type {SVGElement[]} */
  const paths = [];
  return (wanted) => {
    while (paths.length < wanted.length) paths.push(group.appendChild(s("path")));
    paths.forEach((path, n) => {
      const { d = null, name = null } = wanted[n] ?? {};
      set(path, { d, class: name, visibility: n < wanted.length ? "visible" : "hidden" });
    });
  };
}

/**
 * From an element down behind the view, then over to its cell; past every label. Where other facets are below, down
 * beside its own; into a lower line of the storage, between two cells of those above.
 * @param {Mark} from
 * @param {Place} to
 * @param {Layout} layout
 */
export function thread(from, to, { size, foot, arcs, top, lowest, facets }) {
  const half = size / 2;
  const own = facets.find(({ x, y, rows, cols }) => {
    const [right, down] = [from.x - x, from.y - y];
    return right >= 0 && right < cols * size && down >= 0 && down < rows * size;
  });
  const covered = own !== undefined && own.y < lowest;
  const x1 = covered ? own.x + own.cols * size + 18 : from.x + half;
  const start = `M${from.x + half} ${from.y + half}${covered ? `H${x1}` : ""}V${foot}`;
  const end = top - arcs - 8;
  const x2 = to.y > top ? to.x : to.x + half;
  const middle = (foot + end) / 2;
  return `${start}C${x1} ${middle} ${x2} ${middle} ${x2} ${end}${landing(x2, to, size)}`;
}

/**
 * Down along x, and onto the middle of a cell.
 * @param {number} x
 * @param {Place} cell
 * @param {number} size
 */
const landing = (x, { x: left, y }, size) =>
  x === left + size / 2 ? `V${y}` : `V${y - 20}Q${x} ${y - 10} ${left + size / 2} ${y}`;

/**
 * The steps through the storage that lead to an element: to the offset, then one stride for each step of its index,
 * axis after axis. Each is { from, to, letter }, from one position to another, along the axis of that letter.
 * @param {number} element
 * @param {Picture} picture
 */
function stepsTo(element, { shown, positions, offset }) {
  const steps = [];
  const index = indexOf(element, shown);
  const at = index.map(() => 0);
  if (offset) steps.push({ from: 0, to: positions[0], letter: "offset" });
  index.forEach((count, axis) => {
    for (let step = 0; step < count; step++) {
      const from = positions[numberOf(at, shown)];
      at[axis]++;
      steps.push({ from, to: positions[numberOf(at, shown)], letter: letterOf(axis, index.length) });
    }
  });
  return steps;
}

/**
 * Draws the hops to an element and names each axis at one of its hops: draw(element, picture, cells, layout, threads).
 * A name stands clear of hops, threads and the cells' numbers; it is left out where it would be run through.
 * @param {Element} group
 */
export function createWalk(group) {
  const drawHops = createPaths(group);
  /** @type {SVGElement[]} */
  const names = [];
  /**
   * @param {number | undefined} element  none for undefined
   * @param {Picture} picture
   * @param {Map<number, Mark>} cells
   * @param {Layout} layout
   * @param {string[]} threads  their paths
   */
  return (element, picture, cells, layout, threads) => {
    const hops = [];
    /** @type {Map<string, Place[]>} */
    const named = new Map();
    for (const { from, to, letter } of element === undefined ? [] : stepsTo(element, picture)) {
      const [a, b] = [cells.get(from), cells.get(to)];
      if (!a || !b) continue;
      const again = from === to ? hops.filter((one) => one.from === from && one.to === to).length : 0;
      const { d, x, y } = arc(a, b, Math.min(again, 2), layout);
      hops.push({ d, name: `wl-hop wl-${letter}`, from, to });
      if (letter !== "offset") named.set(letter, [...(named.get(letter) ?? []), { x, y: y - 5 }]);
    }
    drawHops(hops);
    const points = [...hops.map(({ d }) => d), ...threads].flatMap(pointsAlong);
    const others = [...cells.values()].map((cell) => ({ x: cell.x + layout.size / 2, y: cell.y + layout.size + 11 }));
    /** @type {[string, Place][]} */
    const wanted = [];
    for (const [letter, wished] of named) {
      const place = clearPlace(wished, points, others);
      if (place) {
        wanted.push([letter, place]);
        others.push(place);
      }
    }
    while (names.length < wanted.length) names.push(group.appendChild(s("text", { "text-anchor": "middle" })));
    names.forEach((name, n) => {
      const [letter, place] = wanted[n] ?? ["", null];
      if (place) set(name, { x: place.x, y: place.y, class: `wl-${letter}` });
      name.textContent = letter;
    });
  };
}

/**
 * One hop from cell to cell: its path, and the place for a name above it.
 * @param {Mark} a
 * @param {Mark} b
 * @param {number} again  how many hops from this cell to itself are drawn already
 * @param {Layout} layout
 */
function arc(a, b, again, { size, arcs }) {
  const half = size / 2;
  const [x1, y1, x2, y2] = [a.x + half, a.y - 1, b.x + half, b.y - 1];
  const tip = `M${x2 - 4} ${y2 - 6}L${x2} ${y2}L${x2 + 4} ${y2 - 6}`;
  if (a === b) {
    const [wide, high] = [8 + 3 * again, 18 + 5 * again];
    const loop = `${x1 - wide - 4} ${y1 - high} ${x1 + wide + 4} ${y1 - high}`;
    return { d: `M${x1 - 2} ${y1}C${loop} ${x1 + 2} ${y1}`, x: x1, y: y1 - 0.75 * high };
  }
  if (y1 === y2) {
    const high = Math.min(arcs, 20 + Math.abs(x2 - x1) / 12);
    return { d: `M${x1} ${y1}Q${(x1 + x2) / 2} ${y1 - high} ${x2} ${y2}${tip}`, x: (x1 + x2) / 2, y: y1 - high / 2 };
  }
  // Into another line: from under the cell's number, or up beside the cells, and between two cells of those passed.
  const gap = y2 > y1 ? a.y + size + 18 : b.y + size + 18;
  const from = y2 > y1 ? `M${x1} ${gap}` : `M${x1} ${y1}Q${x1} ${y1 - 10} ${a.x} ${y1 - 20}V${gap + arcs / 2}`;
  return {
    d: `${from}L${b.x} ${gap + arcs / 2}V${y2 - 20}Q${b.x} ${y2 - 10} ${x2} ${y2}${tip}`,
    x: b.x + 10,
    y: gap + arcs / 2,
  };
}
