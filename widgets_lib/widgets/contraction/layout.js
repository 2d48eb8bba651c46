// Where the tiles of the tree stand: operands in a row at the top, each result between and below what it is made of.
import { clamp } from "../shared/format.js";

const HEIGHT = 60;
const DOWN = 28; // from a row to the next
const ACROSS = { least: 8, most: 64 };
const WIDTH = { least: 104, most: 152 };
const WIDE = 148; // enough for a cost with its unit

/** @typedef {{ x: number, y: number }} Place  of the top left corner */

/**
 * Where each node stands: { width, height, tile: { width, height, wide }, places: Map of id → place, toCome: places },
 * and where outlines of the results stand that are still to be made, in the middle below.
 * @param {{ id: number, children: number[], leaves: number[], free: boolean }[]} nodes
 * @param {number} room
 */
export function layOut(nodes, room) {
  const columns = nodes.filter((node) => !node.children.length).length;
  const width = clamp((room - 4) / columns - ACROSS.least, WIDTH.least, WIDTH.most);
  const across = clamp((room - 4 - columns * width) / Math.max(1, columns - 1), ACROSS.least, ACROSS.most);
  const free = nodes.filter((node) => node.free).sort((one, other) => one.leaves[0] - other.leaves[0]);
  /** @type {Map<number, Place>} */
  const places = new Map();
  free
    .flatMap((node) => leavesOf(nodes, node.id))
    .forEach((id, at) => {
      places.set(id, { x: 2 + at * (width + across), y: 2 });
    });
  for (const { id, children } of nodes) {
    if (!children.length) continue;
    const [one, other] = children.map((child) => /** @type {Place} */ (places.get(child)));
    places.set(id, { x: (one.x + other.x) / 2, y: Math.max(one.y, other.y) + HEIGHT + DOWN });
  }
  const deepest = Math.max(...[...places.values()].map(({ y }) => y));
  const middle = (columns - 1) * (width + across) * 0.5 + 2;
  const toCome = free.slice(1).map((_, at) => ({ x: middle, y: deepest + (at + 1) * (HEIGHT + DOWN) }));
  return {
    width: 4 + columns * width + (columns - 1) * across,
    height: 4 + columns * HEIGHT + (columns - 1) * DOWN, // as deep as the tree can get, so that nothing moves below it
    tile: { width, height: HEIGHT, wide: width >= WIDE },
    places,
    toCome,
  };
}

/**
 * The operands in a node, from left to right, so that no two lines cross.
 * @param {{ id: number, children: number[], leaves: number[] }[]} nodes
 * @param {number} id
 * @returns {number[]}
 */
function leavesOf(nodes, id) {
  const children = nodes[id].children.map((child) => nodes[child]);
  children.sort((one, other) => one.leaves[0] - other.leaves[0]);
  return children.length ? children.flatMap((child) => leavesOf(nodes, child.id)) : [id];
}
