// The numbers of the product as they are drawn: texts that cells have room for.
import { signed } from "../shared/format.js";

/**
 * @typedef {object} Numbers
 * @property {string[][]} a
 * @property {string[][]} b
 * @property {string[][][]} products  [i][j][k]
 * @property {string[][][]} sums  [i][j][t], c[i, j] after its first t products
 * @property {string} sign  between an expression and its value: " = ", or " ≈ " where the texts are rounded
 * @property {{ a: string[][], b: string[][], sums: string[][][] } | null} exactly  the exact texts of rounded ones
 */

/**
 * The traits' numbers, rounded where they are not whole.
 * @returns {Numbers}
 */
export function readNumbers(model) {
  const exact = { a: model.get("a"), b: model.get("b"), products: model.get("products"), sums: model.get("sums") };
  const whole = model.get("exact");
  const drawn = (texts) => mapTexts(texts, (text) => short(text, whole));
  return {
    a: drawn(exact.a),
    b: drawn(exact.b),
    products: drawn(exact.products),
    sums: drawn(exact.sums),
    sign: whole ? " = " : " ≈ ",
    exactly: whole ? null : exact,
  };
}

/** A number as a cell has room for it, from the text of its exact value. */
function short(text, whole) {
  const number = Number(text);
  if (whole || !Number.isFinite(number)) return signed(text);
  return signed(Number(number.toPrecision(Math.abs(number) < 1 ? 2 : 3)));
}

const mapTexts = (list, f) => list.map((entry) => (Array.isArray(entry) ? mapTexts(entry, f) : f(entry)));
