// One Tab stop among many things in a drawing: arrow keys move it, and the pointer looks without moving it.
import { hasModifier, set } from "./dom.js";

/** Where an arrow key leads, as [down, right]. */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Make `items` reachable through `container`, which hears of everything that happens to them. Let it be an HTML element
 * where that is possible: Chromium makes an SVG element that listens to focus a Tab stop of its own.
 *
 * @param {Element} container
 * @param {object} options
 * @param {Element[]} options.items  the first is where Tab comes in
 * @param {(item: Element, move: number[] | null, key: string) => Element | null | undefined} options.next
 *   Where an arrow key (`move` is [down, right]), Home or End (`move` is null) leads: the item itself at an edge, nothing
 *   where the key is to go on to the widget.
 * @param {(item: Element | null) => void} [options.onHighlight]
 *   The item under the pointer, else the one with the focus; null when both left.
 * @param {(item: Element) => void} [options.onStop]  An item becomes the one that Tab reaches.
 * @param {boolean} [options.sparse]
 *   Where items are many: only the Tab stop can have the focus, and a press moves the stop to the item that is pressed.
 * @returns {{ stop(): Element | undefined, moveTo(item: Element): void }}  the item that Tab reaches, and how to make it
 *   another one, without giving it the focus
 */
export function createRovingFocus(
  container,
  { items, next, onHighlight = () => {}, onStop = () => {}, sparse = false },
) {
  const all = new Set(items);
  const reachable = (tabindex) => ({ tabindex, "data-lm-suppress-shortcuts": tabindex === null ? null : "true" });
  const unreached = reachable(sparse ? null : -1);
  /** @type {Element | undefined} */
  let stop;
  let focused = null;

  function itemOf(target) {
    for (let node = target; node && node !== container; node = node.parentNode) if (all.has(node)) return node;
    return null;
  }
  function moveTo(item) {
    if (stop) set(stop, unreached);
    stop = set(item, reachable(0));
    onStop(item);
  }
  function press(event) {
    const item = itemOf(event.target);
    if (!item) return;
    moveTo(item);
    item.focus({ preventScroll: true });
  }

  if (!sparse) for (const item of items) set(item, unreached);
  if (items.length) moveTo(items[0]);
  set(container, {
    onpointerover: (event) => onHighlight(itemOf(event.target) ?? focused),
    onpointerleave: () => onHighlight(focused),
    ...(sparse && { onpointerdown: press }),
    onfocusin: (event) => {
      const item = itemOf(event.target);
      if (!item) return; // something else in the container
      if (item !== stop) moveTo(item);
      focused = item;
      onHighlight(item);
    },
    onfocusout: () => {
      focused = null;
      onHighlight(null);
    },
    onkeydown: (event) => {
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
