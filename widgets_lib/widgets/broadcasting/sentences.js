// What is said of one cell of the drawing, as nodes: what made a result, and what an operand's element takes part in.
import { h } from "../shared/dom.js";
import { factor } from "../shared/format.js";

/**
 * A column of the table, see `picture.py`.
 * @typedef {object} Column
 * @property {string} label
 * @property {string} name
 * @property {string} tone  the letter of its colour, "" for none
 * @property {string} verdict  equal, stretched, padded or clash
 * @property {string} message  plain and in full
 * @property {string} rule  the same with code between backticks, a clash in brief
 * @property {string} size  of the result, "" for a clash
 * @property {{ text: string, padded: boolean, stretched: boolean }[]} sizes  one for each operand
 *
 * An operand or the result, and the elements it holds. Of the result there is no home and no reader: its cells are its
 * elements.
 * @typedef {object} Panel
 * @property {string} code
 * @property {string} shape
 * @property {string} [seen]  the shape it is stretched to, "" if it is not
 * @property {number[]} [home]  the drawn cell that each element stands in
 * @property {number[]} [reader]  the element that each drawn cell reads, -1 for none
 * @property {boolean[]} [stretched]  for each drawn axis
 * @property {string} [reads]
 * @property {boolean[]} [rounded]
 * @property {string} name
 * @property {string[]} tones  for each axis
 * @property {string[]} index  of each element
 * @property {string[]} texts  of each element, as a cell has room for it
 * @property {string[]} values  the same in full
 *
 * @typedef {object} Repair
 * @property {string} code
 * @property {string} shape
 * @property {string} message
 * @property {string} also
 * @property {string} numpy
 * @property {boolean} applied
 *
 * @typedef {object} Picture
 * @property {string} expression
 * @property {string} operator
 * @property {string} symbol
 * @property {boolean} comparison
 * @property {string} shape
 * @property {string} summary
 * @property {Column[]} axes
 * @property {number[][]} shown  the drawn indices of each axis
 * @property {Panel[]} operands
 * @property {Panel | null} result
 * @property {Repair[]} repairs
 * @property {boolean} room  whether an operand can be added
 * @property {import("./pictures.js").Pictures | null} pictures  drawn in place of cells
 */

const code = (...parts) => h("code", {}, ...parts);
const toned = (letter, text) => h("span", letter ? { class: `wl-${letter}` } : {}, text);

/**
 * @param {(string | Node | (string | Node)[])[]} parts
 * @param {string} separator
 */
const joined = (parts, separator) => parts.flatMap((part, at) => (at ? [separator, part] : [part])).flat();

/**
 * The name of the k-th element of a panel, indices in the colours of their axes: c[2].
 * @param {Panel} panel
 * @param {number} k
 */
function element(panel, k) {
  if (!panel.index[k]) return [panel.name];
  const indices = panel.index[k].split(", ").map((index, axis) => toned(panel.tones[axis], index));
  return [`${panel.name}[`, ...joined(indices, ", "), "]"];
}

/**
 * What made the result in cell p: (m + c)[1, 2] = m[1, 2] + c[2] = 6 + 30 = 36; a comparison says “is”.
 * @param {Picture} picture
 * @param {number} p
 */
export function describeResult({ operands, result, comparison, operator, symbol }, p) {
  const names = joined(
    operands.map((operand) => element(operand, operand.reader[p])),
    ` ${operator} `,
  );
  const values = operands.map((operand) => factor(operand.values[operand.reader[p]])).join(` ${symbol} `);
  const outcome = h("b", {}, result.values[p]);
  if (comparison)
    return [code(...element(result, p)), " is ", code(...names), ": ", code(values), " is ", code(outcome), "."];
  return [code(...element(result, p), " = ", ...names, " = ", values, result.rounded[p] ? " ≈ " : " = ", outcome)];
}

/**
 * What the operand reads in cell p.
 * @param {Panel} operand
 * @param {number} p
 */
export function describeOperand(operand, p) {
  const k = operand.reader[p];
  if (k < 0) return [code(operand.code), ` has no element here: its shape is ${operand.shape}.`];
  const reads = operand.reads ? `, one number in memory; it ${operand.reads}.` : ".";
  return [code(...element(operand, k)), " is ", h("b", {}, code(operand.values[k])), reads];
}

/**
 * Nodes and texts as one text.
 * @param {(string | Node)[]} nodes
 */
export const plain = (nodes) => nodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("");
