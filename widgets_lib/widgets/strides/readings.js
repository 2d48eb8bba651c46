// What is read off the drawing: the arithmetic of an element or a cell, and what the view takes in memory.
import { h } from "../shared/dom.js";
import { factor, range, signed } from "../shared/format.js";
import { indexOf, letterOf } from "./layout.js";

const LISTED = 9; // readers of a cell that are named

/**
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./scene.js").Target} Target
 */

const term = (value, label, name = "") =>
  h("span", { class: `wl-term ${name}` }, h("b", {}, ...[value].flat()), h("small", {}, ...[label].flat()));
const sign = (text) => h("span", { class: "wl-sign" }, text);
/** What stays in one line: a sign and what follows it. */
const together = (...parts) => h("span", { class: "wl-together" }, ...parts);

/**
 * x[1, 2], each index in the colour of its axis.
 * @param {number} e
 * @param {Picture} picture
 */
const nameOf = (e, { name, shown }) => [
  `${name}[`,
  ...indexOf(e, shown).flatMap((i, axis) => [
    axis ? ", " : "",
    h("span", { class: `wl-${letterOf(axis, shown.length)}` }, String(i)),
  ]),
  "]",
];

/**
 * @param {number} position
 * @param {Picture} picture
 */
function contentOf(position, { cells, exact, storage_size: size }) {
  if (position < 0 || position >= size) return [sign("✗"), h("span", { class: "wl-outside" }, "there is no such cell")];
  return [sign("→"), term(exact[cells.indexOf(position)] || "?", "holds")];
}

/**
 * position = offset + i·stride[0] + j·stride[1], and what that cell holds.
 * @param {number} e
 * @param {Picture} picture
 */
function equationOf(e, picture) {
  const { shown, stride, offset, positions } = picture;
  const steps = indexOf(e, shown).map((i, axis) => {
    const letter = letterOf(axis, shown.length);
    return together(sign("+"), term(`${i}·${factor(stride[axis])}`, `${letter}·stride[${axis}]`, `wl-${letter}`));
  });
  return [
    term(nameOf(e, picture), "element"),
    sign("reads"),
    term(signed(offset), "offset"),
    ...steps,
    together(sign("="), term(signed(positions[e]), "position"), ...contentOf(positions[e], picture)),
  ];
}

/**
 * What a cell holds and which elements read it.
 * @param {number} cell
 * @param {number[]} readers
 * @param {Picture} picture
 */
function readersOf(cell, readers, picture) {
  const names = readers.slice(0, LISTED).map((e) => h("code", {}, ...nameOf(e, picture)));
  const rest = readers.length > LISTED ? [h("code", {}, "…")] : [];
  return [
    term(signed(cell), "cell"),
    ...contentOf(cell, picture),
    sign(readers.length ? "read by" : "read by no element shown"),
    h("span", { class: "wl-readers" }, ...names, ...rest),
  ];
}

/** The arithmetic of what is highlighted: { node, show(picture, target, readers) -> the same as text }. */
export function createEquation() {
  const node = h("div", { class: "wl-equation" });
  return {
    node,
    /**
     * @param {Picture} picture
     * @param {Target} target
     * @param {Map<number, number[]>} [readers]  of each position
     * @returns {string}
     */
    show(picture, { element, cell }, readers) {
      if (element !== undefined && picture.positions.length) node.replaceChildren(...equationOf(element, picture));
      else if (cell !== undefined) node.replaceChildren(...readersOf(cell, readers.get(cell) ?? [], picture));
      else node.replaceChildren();
      return node.textContent;
    },
  };
}

/** What the view looks like against what it takes: two bars to one scale, and what else is worth knowing. */
export function createFacts() {
  const node = h("dl", { class: "wl-facts" });
  const bar = (share, parts) =>
    h(
      "span",
      { class: "wl-track", "aria-hidden": "true" },
      h(
        "span",
        { class: "wl-bar", style: `width:${100 * share}%` },
        ...range(share ? Math.min(parts, 12) : 0).map(() => h("i")),
      ),
    );
  const row = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];
  return {
    node,
    /** @param {Picture} picture */
    show({ code, looks, allocated, stride_bytes: strideBytes, contiguous }) {
      const most = Math.max(looks?.bytes ?? 0, allocated.bytes, 1);
      const rows = [row("made by", h("code", {}, code))];
      if (looks) rows.push(row("looks like", bar(looks.bytes / most, looks.repeats), looks.text));
      rows.push(row("allocated", bar(allocated.bytes / most, 1), allocated.text));
      if (looks)
        rows.push(row("byte stride", h("code", {}, strideBytes)), row("contiguous", contiguous ? "yes" : "no"));
      node.replaceChildren(...rows.flat());
    },
  };
}
