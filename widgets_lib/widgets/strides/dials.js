// Shape, stride and offset as numbers to turn.
import { button } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { letterOf } from "./layout.js";

/**
 * The numbers in a pair of brackets, as Python writes a tuple.
 * @param {(Node | string)[]} parts
 */
const tuple = (parts) => [
  "(",
  ...parts.flatMap((part, n) => (n ? [", ", part] : [part])),
  parts.length === 1 ? ",)" : ")",
];

/**
 * A number to turn: typed, with the arrow keys, or with the buttons beside it. { node, input, show(value) }.
 * @param {{ letter: string, name: string, least?: number | null, onturn(value: number): void }} options
 */
function createDial({ letter, name, least = null, onturn }) {
  const input = h("input", { type: "number", step: 1, min: least, "aria-label": name, oninput: read });
  function read() {
    fit();
    onturn(input.value === "" ? NaN : Number(input.value));
  }
  function fit() {
    set(input, { style: `width:${Math.max(2, input.value.length) + 1}ch` });
  }
  function step(by) {
    const value = Number.isSafeInteger(input.valueAsNumber) ? input.valueAsNumber : 0;
    input.value = String(Math.max(least ?? -Infinity, value + by));
    read();
  }
  // Tab stops at the number, whose arrow keys do the same.
  const press = (text, label, by) => button(text, () => step(by), { tabindex: -1, "aria-label": `${name}, ${label}` });
  return {
    input,
    node: h(
      "span",
      { class: `wl-dial wl-${letter}` },
      letter.length === 1 && h("small", { "aria-hidden": "true" }, letter),
      press("−", "one less", -1),
      input,
      press("+", "one more", 1),
    ),
    /** @param {number} value */
    show(value) {
      if (input.value !== String(value)) input.value = String(value);
      fit();
      set(input, { "aria-invalid": null });
    },
  };
}

/**
 * All dials: { node, show(picture) }. `onturn` gets all their numbers when one is turned, `onproblem` is called instead
 * where that one is not a whole number.
 * @param {(values: { shape: number[], stride: number[], storage_offset: number }) => void} onturn
 * @param {() => void} onproblem
 */
export function createDials(onturn, onproblem) {
  const node = h("div", { class: "wl-dials" });
  let dials = { shape: [], stride: [] };
  let offset;
  let values;

  const turned = (read) => (value) => {
    if (!Number.isSafeInteger(value)) return onproblem();
    read(value);
    onturn(values);
  };
  const row = (name, ndim, least) =>
    range(ndim).map((axis) =>
      createDial({
        letter: letterOf(axis, ndim),
        name: `${name} of axis ${axis}`,
        least,
        onturn: turned((value) => {
          values[name] = values[name].with(axis, value);
        }),
      }),
    );
  const group = (name, parts) =>
    h("div", { class: "wl-group", role: "group", "aria-label": name }, h("span", { class: "wl-name" }, name), ...parts);
  function build(ndim) {
    dials = { shape: row("shape", ndim, 0), stride: row("stride", ndim, null) };
    offset = createDial({
      letter: "offset",
      name: "storage offset",
      onturn: turned((value) => {
        values.storage_offset = value;
      }),
    });
    node.replaceChildren(
      group("shape", tuple(dials.shape.map((dial) => dial.node))),
      group("stride", tuple(dials.stride.map((dial) => dial.node))),
      group("offset", [offset.node]),
    );
  }
  return {
    node,
    /** @param {import("./layout.js").Picture} picture */
    show({ shape, stride, offset: start }) {
      if (!offset || shape.length !== dials.shape.length) build(shape.length);
      values = { shape: [...shape], stride: [...stride], storage_offset: start };
      for (const name of ["shape", "stride"]) dials[name].forEach((dial, axis) => dial.show(values[name][axis] ?? 0));
      offset.show(start);
    },
  };
}
