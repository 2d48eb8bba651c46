// Texts that are edited in place, each over a layer that underlines what is wrong in it.
import { h, set } from "../shared/dom.js";

const PAUSE_MS = 80; // between two texts that are sent while somebody types
const INDENT = "    ";

/**
 * { node, show(text, spans, state), isBusy() }: the pane of one text.
 *
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.label  what a screen reader says
 * @param {number} options.rows
 * @param {(text: string) => void} options.onedit  while it is typed
 * @param {AbortSignal} options.signal
 * @param {...Node} below  what stands under the text
 */
export function createPane({ name, label, rows, onedit, signal }, ...below) {
  const marks = h("pre", { class: "wl-under", "aria-hidden": "true" });
  const field = h("textarea", {
    rows,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    wrap: "off",
    "aria-label": label,
  });
  const state = h("span", { class: "wl-state" });
  const send = throttle(() => onedit(field.value), signal);
  field.addEventListener("input", () => {
    underline(marks, field.value, []);
    send();
  });
  field.addEventListener("scroll", () => {
    marks.scrollLeft = field.scrollLeft;
    marks.scrollTop = field.scrollTop;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.stopPropagation();
    if (rows === 1) event.preventDefault();
    else if (indentNewLine(field)) event.preventDefault();
  });
  const node = h(
    "div",
    { class: `wl-pane wl-pane-${name.replace(/\W+/g, "-")}` },
    h("div", { class: "wl-pane-head" }, h("span", {}, name), state),
    h("div", { class: "wl-editor" }, marks, field),
    ...below,
  );
  return {
    node,
    field,
    /**
     * @param {string} text
     * @param {number[][]} spans  what is wrong in it: start and end of each
     * @param {"" | "wrong" | "stale"} kind
     */
    show(text, spans, kind) {
      if (!send.isWaiting() && field.value !== text) field.value = text;
      underline(marks, field.value, spans);
      if (rows > 2) field.rows = Math.max(rows, text.split("\n").length);
      node.classList.toggle("wl-stale", kind === "stale");
      node.classList.toggle("wl-wrong", kind === "wrong");
      state.textContent = { wrong: "✗ see below", stale: "… as it was before", "": "" }[kind];
      set(field, { "aria-invalid": kind === "wrong" ? "true" : null });
    },
  };
}

/**
 * Write the text that stands under the field, invisible but for the lines under its spans.
 * @param {Element} marks
 * @param {string} text
 * @param {number[][]} spans
 */
function underline(marks, text, spans) {
  /** @type {(string | Node)[]} */
  const parts = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (end < at) continue;
    const from = Math.max(start, at);
    parts.push(text.slice(at, from));
    const wrong = text.slice(from, end);
    parts.push(h("u", {}, wrong.trim() ? wrong : `${wrong.replace(/\n/g, "")}\u00a0`));
    at = from + wrong.length;
  }
  marks.replaceChildren(...parts, text.slice(at), "\n");
}

/**
 * A line break with the indentation of the line, one more after a colon. False where the browser can't.
 * @param {HTMLTextAreaElement} field
 */
function indentNewLine(field) {
  const before = field.value.slice(0, field.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const indent = (line.match(/^ */)?.[0] ?? "") + (line.trimEnd().endsWith(":") ? INDENT : "");
  // Typed by the browser itself where it can, so that undo knows of it.
  return field.ownerDocument.execCommand?.("insertText", false, `\n${indent}`) ?? false;
}

/**
 * Call back at once, and where calls come faster than every PAUSE_MS only once more, at their end.
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
function throttle(callback, signal) {
  let waiting = false;
  /** @type {number | undefined} */
  let timer;
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  const rest = () => {
    timer = undefined;
    if (waiting) run();
  };
  const run = () => {
    waiting = false;
    timer = setTimeout(rest, PAUSE_MS);
    callback();
  };
  const call = () => {
    if (timer === undefined) run();
    else waiting = true;
  };
  call.isWaiting = () => waiting;
  return call;
}
