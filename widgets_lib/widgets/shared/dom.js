// Elements in one call: h("button", { class: "x", onclick: f }, "text") and s("rect", { x: 1 }).

const SVG = "http://www.w3.org/2000/svg";
const FOCUSABLE = new Set(["button", "input", "select", "summary", "textarea"]);

/** Drawing units to the em: a drawing grows with the text around it. */
export const UNITS_PER_EM = 15;

/**
 * @typedef {Record<string, any>} Attributes  as `set` takes them
 * @typedef {string | Node | null | undefined | false} Child  null, undefined and false are left out
 */

/**
 * An HTML element with attributes, listeners (`onclick: f`) and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * The same for an SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * An <svg> of `width` × `height` drawing units.
 * @param {number} width
 * @param {number} height
 * @param {string} label
 * @param {...(Child | Child[])} children
 */
export function drawing(width, height, label, ...children) {
  return s(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      style: `width:${width / UNITS_PER_EM}em;height:${height / UNITS_PER_EM}em`,
      role: "img",
      "aria-label": label,
    },
    ...children,
  );
}

/** Code of up to so many characters is not broken over two lines. */
const SHORT = 20;
/** The space in "7.38 ms" or "159 MB": a number and its unit stay in one line. */
const BEFORE_UNIT = /(?<=\d) (?=(?:[nµm]?s|[kMGT]?B|G?FLOPs?|%)(?![\p{L}\d]))/gu;

/**
 * Words with `code` between backticks, as nodes.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function prose(text) {
  const code = (/** @type {string} */ part) => h("code", part.length <= SHORT ? { class: "wl-short" } : {}, part);
  return text.split("`").map((part, index) => (index % 2 ? code(part) : part.replace(BEFORE_UNIT, "\u00a0")));
}

/**
 * Set attributes: functions become listeners, false and null remove, true sets an empty attribute. What a screen
 * reader says has no backticks.
 * @template {Element} T
 * @param {T} element
 * @param {Attributes} attributes
 * @returns {T}
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === false || value == null) element.removeAttribute(name);
    else if (name === "aria-label") element.setAttribute(name, String(value).replaceAll("`", ""));
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/**
 * Make these the children of `parent`; those that are there already are not touched, and keep focus and scroll.
 * @param {Element} parent
 * @param {Node[]} nodes
 */
export function setChildren(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}

/**
 * Call back once what was changed is about to be painted: what is measured there forces no layout of its own.
 * @param {() => void} callback
 */
export const beforePaint = (callback) => (globalThis.requestAnimationFrame ?? setTimeout)(callback);

/**
 * True where a key press is the host's or the browser's: Ctrl, Alt or the Command key is held.
 * @param {KeyboardEvent} event
 */
export const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

/**
 * @template {Element} T
 * @param {T} element
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(element, attributes, children) {
  set(element, attributes);
  // JupyterLab's command mode takes arrow keys, Enter and Space from a focused element without this attribute.
  if (FOCUSABLE.has(element.localName) || "tabindex" in attributes)
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  // JupyterLab's guard against line breaks in cells cancels Enter in a field: no submit, no change. It listens on the
  // field too, but later.
  if (element.localName === "input" || element.localName === "textarea")
    element.addEventListener("beforeinput", keepEnter);
  const present = children.flat().filter((child) => child != null && child !== false);
  element.append(.../** @type {(string | Node)[]} */ (present));
  return element;
}

/** @param {any} event  an InputEvent */
function keepEnter(event) {
  if (event.inputType === "insertLineBreak") event.stopImmediatePropagation();
}
