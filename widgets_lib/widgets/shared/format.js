// Numbers as the drawings write them, and the small arithmetic of layout. What a number is comes from Python.

/**
 * The whole numbers from `start` up to but not including `stop`, as in Python: range(3), range(1, 4).
 * @param {number} start  where it ends, if it is the only argument
 * @param {number} [stop]
 * @returns {number[]}
 */
export function range(start, stop) {
  if (stop === undefined) return range(0, start);
  return Array.from({ length: Math.max(0, stop - start) }, (_, at) => start + at);
}

/**
 * `value`, or the end of [least, most] that it lies beyond; `least` where the two ends cross.
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

/**
 * A number, or its text, with a real minus sign, as wide as a plus: −3.
 * @param {number | string} number
 */
export const signed = (number) => String(number).replace("-", "−");

/**
 * The same as part of a product or after an operator: (−3), 3.
 * @param {number | string} number
 */
export function factor(number) {
  const text = signed(number);
  return text.startsWith("−") ? `(${text})` : text;
}

/**
 * Digits in groups of three: 30,269.
 * @param {number} number
 */
export const grouped = (number) => number.toLocaleString("en-US");

/**
 * The side of a square cell that has room for each of these texts, in drawing units: a multiple of 4.
 * @param {string[]} texts
 * @param {number} least
 * @param {{ letter?: number, padding?: number }} [sizes]  the width of a letter, and what stays free beside the text
 */
export function cellSize(texts, least, { letter = 8, padding = 8 } = {}) {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  return Math.max(least, 4 * Math.ceil((longest * letter + padding) / 4));
}
