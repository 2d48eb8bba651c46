// One Tab stop among many things in a drawing: arrow keys move it, and the pointer looks without moving it.
import { hasModifier, set } from "./dom.js";

/** @typedef {HTMLElement | SVGElement} Item */

/**
 * Where an arrow key leads, as [down, right].
 * @type {Record<string, number[]>}
 */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Make `items` reachable through `container`, which hears of everything that happens to them. Let it be an HTML element
 * where that is possible: Chromium makes an SVG element that listens to focus a Tab stop of its own.
 *
 * @param {Element} container
 * @param {object} options
 * @param {Item[]} options.items  the first is where Tab comes in
 * @param {(item: Item, move: number[] | null, key: string) => Item | null | undefined} options.next
 *   Where an arrow key (`move` is [down, right]), Home or End (`move` is null) leads: the item itself at an edge,
 *   nothing where the key is to go on to the widget.
 * @param {(item: Item | null) => void} [options.onHighlight]
 *   The item under the pointer, else the one with the focus; null when both left.
 * @param {(item: Item) => void} [options.onStop]  An item becomes the one that Tab reaches.
 * @param {boolean} [options.sparse]
 *   Where items are many: only the Tab stop can have the focus, and a press moves the stop to the item that is pressed.
 * @returns {{ stop(): Item | undefined, moveTo(item: Item): void }}  the item that Tab reaches, and how to make it
 *   another one, without giving it the focus
 */
export function createRovingFocus(
  container,
  { items, next, onHighlight = () => {}, onStop = () => {}, sparse = false },
) {
  /** @type {Set<Node>} */
  const all = new Set(items);
  const reachable = (/** @type {number | null} */ tabindex) => ({
    tabindex,
    "data-lm-suppress-shortcuts": tabindex === null ? null : "true",
  });
  const unreached = reachable(sparse ? null : -1);
  /** @type {Item | undefined} */
  let stop;
  /** @type {Item | null} */
  let focused = null;

  /** @param {Event} event */
  function itemOf(event) {
    let node = /** @type {Node | null} */ (event.target);
    while (node && node !== container && !all.has(node)) node = node.parentNode;
    return node && all.has(node) ? /** @type {Item} */ (node) : null;
  }
  /** @param {Item} item */
  function moveTo(item) {
    if (stop) set(stop, unreached);
    stop = set(item, reachable(0));
    onStop(item);
  }
  /** @param {Event} event */
  function press(event) {
    const item = itemOf(event);
    if (!item) return;
    moveTo(item);
    item.focus({ preventScroll: true });
  }

  if (!sparse) for (const item of items) set(item, unreached);
  if (items.length) moveTo(items[0]);
  set(container, {
    onpointerover: (/** @type {Event} */ event) => onHighlight(itemOf(event) ?? focused),
    onpointerleave: () => onHighlight(focused),
    ...(sparse && { onpointerdown: press }),
    onfocusin: (/** @type {Event} */ event) => {
      const item = itemOf(event);
      if (!item) return; // something else in the container
      if (item !== stop) moveTo(item);
      focused = item;
      onHighlight(item);
    },
    onfocusout: () => {
      focused = null;
      onHighlight(null);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const move = MOVES[event.key] ?? null;
      if (!focused || hasModifier(event) || (!move && event.key !== "Home" && event.key !== "End")) return;
      const item = next(focused, move, event.key);
      if (!item) return;
      event.preventDefault();
      event.stopPropagation(); // else the player steps
      moveTo(item);
      item.focus();
    },
  });
  return { stop: () => stop, moveTo };
}
