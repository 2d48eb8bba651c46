// Where keys lead from a pixel: in the picture, and in the flat row of its numbers.
import { hasModifier } from "./dom.js";
import { clamp } from "./format.js";

/** @typedef {Record<string, (p: number, shape: [number, number]) => number>} Moves  key -> the pixel it leads to */

/** @type {Moves} */
export const GRID_MOVES = {
  ArrowUp: (p, [, columns]) => (p >= columns ? p - columns : p),
  ArrowDown: (p, [rows, columns]) => (p < (rows - 1) * columns ? p + columns : p),
  ArrowLeft: (p, [, columns]) => (p % columns > 0 ? p - 1 : p),
  ArrowRight: (p, [, columns]) => (p % columns < columns - 1 ? p + 1 : p),
  Home: (p, [, columns]) => p - (p % columns),
  End: (p, [, columns]) => p - (p % columns) + columns - 1,
  PageUp: (p, [, columns]) => p % columns,
  PageDown: (p, [rows, columns]) => (rows - 1) * columns + (p % columns),
};

/** @param {[number, number]} shape */
const lastOf = ([rows, columns]) => rows * columns - 1;
/** @type {(step: number) => Moves[string]} */
const by = (step) => (p, shape) => clamp(p + step, 0, lastOf(shape));
/** @type {(rows: number) => Moves[string]} */
const byRows = (rows) => (p, shape) => by(rows * shape[1])(p, shape);

/** @type {Moves} */
export const STRIP_MOVES = {
  ArrowLeft: by(-1),
  ArrowRight: by(1),
  ArrowUp: byRows(-1),
  ArrowDown: byRows(1),
  PageUp: byRows(-1),
  PageDown: byRows(1),
  Home: () => 0,
  End: (_, shape) => lastOf(shape),
};

/**
 * A listener to key presses that pins the pixel they lead to.
 * @param {Moves} moves
 * @param {() => { p: number, shape: [number, number] }} from  the pixel that is looked at, and the picture's shape
 * @param {(p: number) => void} onpin
 */
export function moveByKeys(moves, from, onpin) {
  return (/** @type {KeyboardEvent} */ event) => {
    if (hasModifier(event) || !(event.key in moves)) return;
    event.preventDefault();
    const { p, shape } = from();
    onpin(moves[event.key](p, shape));
  };
}
