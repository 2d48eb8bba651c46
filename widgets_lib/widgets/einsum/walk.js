// Where the loops are: from a step to a value of each letter, and from there to the cells of the panels.
import { range } from "../shared/format.js";

/**
 * A drawn place of each letter, among its drawn indices.
 * @typedef {Record<string, number>} Places
 *
 * @typedef {object} Letter
 * @property {string} name
 * @property {string} tone  i, j, k or p
 * @property {string} role  kept or summed
 * @property {string} mark
 * @property {string[]} words
 * @property {number} size
 * @property {string} sentence
 * @property {number[]} shown  the drawn indices
 *
 * An operand or the result, and its drawn cells.
 * @typedef {object} Panel
 * @property {string} name
 * @property {string} letters  of its axes
 * @property {string} shape
 * @property {string[]} tones
 * @property {number[][]} shown  the drawn indices of each axis
 * @property {string[]} texts  as a cell has room for it
 * @property {string[]} values  the same in full
 * @property {string} [reads]
 *
 * @typedef {object} Picture
 * @property {Letter[]} letters
 * @property {string} output
 * @property {string} summed
 * @property {string} order
 * @property {Panel[]} operands
 * @property {Panel} result
 * @property {{ count: number, products: string[], sums: string[] }} steps
 * @property {number} largest
 * @property {number} listed
 * @property {string} more
 * @property {string} summary
 * @property {string} note
 */

/** @param {Picture} picture */
export function createWalk({ letters, order, summed, result, steps }) {
  const counts = Object.fromEntries(letters.map(({ name, shown }) => [name, shown.length]));

  /**
   * Every combination of places of these letters, the last letter fastest.
   * @param {string[]} names
   * @returns {Places[]}
   */
  const combinations = (names) =>
    names.reduce(
      (found, name) => found.flatMap((places) => range(counts[name]).map((at) => ({ ...places, [name]: at }))),
      /** @type {Places[]} */ ([{}]),
    );
  const summedInOrder = [...order].filter((letter) => summed.includes(letter));
  const sums = combinations(summedInOrder);

  /** @type {{ places: Places[], cells: number[] } | undefined} */
  let walked;
  /** Where the loops are in step 1, 2, …; the result's cell then. Found when somebody steps, for the steps are many. */
  const walk = () => {
    if (!walked) {
      const places = steps.count ? combinations([...order]) : [];
      walked = { places, cells: places.map((each) => cellOf(result, each)) };
    }
    return walked;
  };

  return {
    /** @param {number} step  from 1 */
    placesAt: (step) => walk().places[step - 1],
    /**
     * The places that make a cell of the result, in the loops' order.
     * @param {number} p
     */
    placesOf: (p) => sums.map((summedPlaces) => ({ ...placesIn(result, p), ...summedPlaces })),
    /**
     * What the result's cells hold after a step: the last step that added to each, 0 for none yet.
     * @param {number} step
     */
    heldAfter(step) {
      const { cells } = walk();
      const held = result.texts.map(() => 0);
      for (const at of range(step)) held[cells[at]] = at + 1;
      return held;
    },
  };
}

/**
 * The drawn cell of a panel at these places. An axis of one cell, which is stretched or cut, is always read there.
 * @param {Panel} panel
 * @param {Places} places
 */
export function cellOf({ letters, shown }, places) {
  return [...letters].reduce((p, letter, axis) => {
    const count = shown[axis].length;
    return p * count + (count === 1 ? 0 : places[letter]);
  }, 0);
}

/**
 * The places that a cell of a panel stands for; null off the diagonal, where nothing is read.
 * @param {Panel} panel
 * @param {number} p
 * @returns {Places | null}
 */
export function placesIn({ letters, shown }, p) {
  /** @type {Places} */
  const places = {};
  let rest = p;
  for (const axis of [...range(letters.length)].reverse()) {
    const count = shown[axis].length;
    const at = rest % count;
    rest = Math.floor(rest / count);
    if (letters[axis] in places && places[letters[axis]] !== at) return null;
    places[letters[axis]] = at;
  }
  return places;
}
