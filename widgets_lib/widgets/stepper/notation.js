// How the stepper writes indices: each in the colour of the axis it runs along.
import { h } from "../shared/dom.js";
import { range } from "../shared/format.js";

/**
 * @typedef {[number | null, number | null, number | null, number[]]} Moment
 *   One run of the innermost line: i, j and k (null: the whole axis takes part), and the lines that ran.
 * @typedef {{ m: number, k: number, n: number }} Sizes
 */

/** The axis that a size of the code belongs to. */
export const AXIS_OF_SIZE = { m: "i", n: "j", inner: "k" };

/** A word in the colour of an axis. */
export const axis = (letter, text) => h("span", { class: `wl-${letter}` }, String(text));

/** a[1, 2] as nodes: item("a", ["i", 1], ["k", 2]). */
export const item = (name, first, second) => [`${name}[`, axis(...first), ", ", axis(...second), "]"];

/**
 * The indices that take part along an axis: one, or all where the strategy does not loop over it.
 * @param {number | null} index
 * @param {number} length
 */
export const span = (index, length) => (index === null ? range(length) : [index]);
