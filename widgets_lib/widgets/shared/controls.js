// Labelled native controls. Native because a ladder needs single options greyed out, a slider with its own scale,
// and all of them the course's type, colours and focus ring in every host.
import { h, s, set } from "./dom.js";

/** @typedef {"play" | "pause" | "step" | "back" | "restart"} IconName */

const ICONS = {
  play: "M4 2v12l10-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  step: "M3 2v12l7-6zM11 2h2v12h-2z",
  back: "M13 2v12L6 8zM3 2h2v12H3z",
  restart: "M8 3a5 5 0 1 1-4.6 3h2.2A3 3 0 1 0 8 5v2.5L3.5 4 8 .5z",
};

/**
 * A small drawing for a button; the button's own text or aria-label names it.
 * @param {IconName} name
 */
export function icon(name) {
  return s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));
}

/**
 * @param {import("./dom.js").Child | import("./dom.js").Child[]} text
 * @param {(event: Event) => void} onclick
 * @param {import("./dom.js").Attributes} [attributes]
 */
export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, text);
}

/**
 * A button that shows an icon and is named by `label`.
 * @param {IconName} name
 * @param {string} label
 * @param {(event: Event) => void} onclick
 */
export function iconButton(name, label, onclick) {
  return h("button", { type: "button", onclick, "aria-label": label, title: label }, icon(name));
}

/**
 * Change what an icon button shows and is called.
 * @param {HTMLElement} element
 * @param {IconName} name
 * @param {string} label
 */
export function setIcon(element, name, label) {
  set(element, { "aria-label": label, title: label }).replaceChildren(icon(name));
}

/**
 * What is rarely used: the last of a widget's controls, opened by "more" in their row, below which it shows.
 * @param {...(import("./dom.js").Child | import("./dom.js").Child[])} controls
 */
export function createMore(...controls) {
  return h("details", { class: "wl-more" }, h("summary", {}, "more"), h("div", { class: "wl-row" }, ...controls));
}

const CAN_HAVE_FOCUS = "button, input, select, textarea, summary, a[href], [tabindex]";

/** @param {Element} element */
const canHold = (element) => element.isConnected && !element.matches(":disabled") && !element.closest("[hidden]");

/** @param {Element} element */
const nameOf = (element) =>
  `${element.localName} ${element.getAttribute("aria-label") ?? element.textContent} ${element.getAttribute("value")}`;

/**
 * Run `change`, which may grey out, hide, move or replace what is in `node`. If what has the focus there loses it, it
 * gets it again or, where it is gone, the first of `candidates` that can take it: without them what is called the same
 * now, else what comes at its place among all that can have the focus. Else the page would have it, and the widget
 * would get no key any more. Every view does so when a trait changes: see `listen`.
 * @param {Element} node
 * @param {() => void} change
 * @param {(HTMLElement | SVGElement)[]} [candidates]
 */
export function keepFocus(node, change, candidates) {
  const root = /** @type {Document | ShadowRoot} */ (node.getRootNode());
  const focused = /** @type {HTMLElement | null} */ (root.activeElement ?? null);
  if (!focused || !node.contains(focused)) return change();
  const all = () => /** @type {HTMLElement[]} */ ([...node.querySelectorAll(CAN_HAVE_FOCUS)]);
  const at = all().indexOf(focused);
  const name = nameOf(focused);
  change();
  const now = root.activeElement;
  if (now && node.contains(now) && canHold(now)) return; // kept, or handed on already
  const heirs = candidates ?? [
    ...all().filter((element) => nameOf(element) === name),
    ...all().slice(Math.max(at, 0)),
    ...all().slice(0, Math.max(at, 0)).reverse(),
  ];
  [focused, ...heirs].find(canHold)?.focus({ preventScroll: true });
}

/**
 * A drop-down: { node, select }.
 * @param {string} label
 * @param {{ value: string, text: string, disabled?: boolean }[]} options
 * @param {string} value
 * @param {(value: string) => void} onchange
 */
export function dropdown(label, options, value, onchange) {
  const select = h(
    "select",
    { onchange: () => onchange(select.value) },
    ...options.map((option) =>
      h("option", { value: option.value, disabled: option.disabled, selected: option.value === value }, option.text),
    ),
  );
  return { node: h("label", {}, label, select), select };
}

/**
 * A slider over a list of values, so that the scale can be fine at one end and coarse at the other.
 * `label` may be a node (an axis letter in its colour); `name` is what a screen reader says.
 * Returns { node, input, show(value) }; `oninput(value)` gets the chosen value while it is dragged.
 * @param {object} options
 * @param {string | Node} options.label
 * @param {string} options.name
 * @param {number[]} options.values
 * @param {number} options.value
 * @param {(value: number) => string} [options.text]
 * @param {(value: number) => void} options.oninput
 */
export function slider({ label, name, values, value, text = String, oninput }) {
  const input = h("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": name });
  const output = h("output", {});
  const show = (/** @type {number} */ shown) => {
    input.value = String(nearest(values, shown));
    output.textContent = text(shown);
    input.setAttribute("aria-valuetext", text(shown));
  };
  input.addEventListener("input", () => {
    const chosen = values[Number(input.value)];
    show(chosen);
    oninput(chosen);
  });
  show(value);
  return { node: h("label", { class: "wl-slider" }, label, input, output), input, show };
}

/**
 * Index of the value closest to `wanted`.
 * @param {number[]} values
 * @param {number} wanted
 */
export function nearest(values, wanted) {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if (Math.abs(values[index] - wanted) < Math.abs(values[best] - wanted)) best = index;
  }
  return best;
}
