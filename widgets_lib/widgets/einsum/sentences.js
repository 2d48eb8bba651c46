// What is said of a cell: the products that make it, or what it takes part in; and what a step of the loops does.
import { h } from "../shared/dom.js";
import { factor, signed } from "../shared/format.js";
import { cellOf, placesIn } from "./walk.js";

/**
 * @typedef {import("./walk.js").Picture} Picture
 * @typedef {import("./walk.js").Panel} Panel
 * @typedef {import("./walk.js").Places} Places
 */

const code = (...parts) => h("code", {}, ...parts);
const toned = (tone, text) => h("span", tone ? { class: `wl-${tone}` } : {}, text);

/**
 * @param {(string | Node)[][]} parts
 * @param {string} separator
 */
const joined = (parts, separator) => parts.flatMap((part, at) => (at ? [separator, ...part] : part));

/**
 * The name of a cell, in one piece, indices in the colours of their letters: c[2, 0].
 * @param {Panel} panel
 * @param {number} p
 */
function element(panel, p) {
  if (!panel.letters) return [panel.name];
  let rest = p;
  const indices = panel.shown.map(() => "");
  for (let axis = indices.length - 1; axis >= 0; axis--) {
    const some = panel.shown[axis];
    indices[axis] = String(some[rest % some.length]);
    rest = Math.floor(rest / some.length);
  }
  const listed = joined(
    indices.map((index, axis) => [toned(panel.tones[axis], index)]),
    ", ",
  );
  return [h("span", { class: "wl-element" }, `${panel.name}[`, ...listed, "]")];
}

/**
 * The factors of a product, as names or as numbers.
 * @param {Picture} picture
 * @param {Places} places
 */
const factors = ({ operands }, places) =>
  joined(
    operands.map((operand) => element(operand, cellOf(operand, places))),
    "·",
  );
const numbers = ({ operands }, places) =>
  operands.map((operand) => factor(operand.values[cellOf(operand, places)])).join("·");

/**
 * What makes a cell of the result: c[0, 1] = a[0, 0]·b[0, 1] + … = 1·2 + … = 26.
 * @param {Picture} picture
 * @param {Places[]} all  the products that are drawn, in order
 * @param {number} p
 */
export function describeResult(picture, all, p) {
  const { result, listed, more } = picture;
  const some = all.slice(0, listed);
  const rest = more ? [` + … and ${more}`] : [];
  if (!some.length) return [code(...element(result, p)), " is an empty sum: ", h("b", {}, code(result.values[p])), "."];
  const names = joined(
    some.map((places) => factors(picture, places)),
    " + ",
  );
  const outcome = [" = ", h("b", {}, signed(result.values[p]))];
  if (picture.operands.length === 1 && some.length === 1 && !more)
    return [code(...element(result, p), " = ", ...names, ...outcome)];
  const sum = some.map((places) => numbers(picture, places)).join(" + ");
  return [code(...element(result, p), " = ", ...names, ...rest, " = ", sum, ...rest, ...outcome)];
}

/**
 * What a cell of an operand is, and does.
 * @param {Panel} operand
 * @param {number} p
 */
export function describeOperand(operand, p) {
  const does = placesIn(operand, p) ? operand.reads : "is not read: only the diagonal is";
  return [code(...element(operand, p)), " is ", h("b", {}, code(signed(operand.values[p]))), `; it ${does}.`];
}

/**
 * What a step of the loops does: c[0, 1] += a[0, 2]·b[2, 1] = 3·7 = 21, now 35.
 * @param {Picture} picture
 * @param {Places} places
 * @param {number} step  from 1
 */
export function describeStep(picture, places, step) {
  const { letters, order, result, summed, steps } = picture;
  const values = [...order].map((name) => {
    const { shown, tone } = letters.find((letter) => letter.name === name);
    return [toned(tone, `${name} = ${shown[places[name]]}`)];
  });
  const one = picture.operands.length === 1;
  const product = signed(steps.products[step - 1]);
  const cell = cellOf(result, places);
  return [
    code(...joined(values, ", ")),
    order ? ": " : "",
    code(
      ...element(result, cell),
      summed ? " += " : " = ",
      ...factors(picture, places),
      ...(one ? [] : [" = ", numbers(picture, places)]),
      " = ",
      product,
    ),
    ...(summed ? [", now ", h("b", {}, code(signed(steps.sums[step - 1])))] : []),
    ".",
  ];
}

/**
 * Nodes and texts as one text.
 * @param {(string | Node)[]} nodes
 */
export const plain = (nodes) => nodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("");
