// The room that a drawing has, in drawing units, and hearing when it changes.
import { UNITS_PER_EM } from "./dom.js";

/**
 * Call `onresize` when the size of `element` changes, and once when it has one; until `signal` aborts.
 * @param {Element} element
 * @param {() => void} onresize
 * @param {AbortSignal} signal
 */
export function observeSize(element, onresize, signal) {
  if (!globalThis.ResizeObserver) return;
  const observer = new ResizeObserver(onresize);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

/**
 * The width of `element`, the view's stage if none is named: { width, measure(), unit() }.
 *
 * width      as it was last measured; `measure()` measures again and returns it: not while drawing, since that makes
 *            the browser lay out the page
 * unit()     CSS pixels to a drawing unit, which grows with the text
 * onchange   called when the width is another one than the last measured
 * fallback   the width while the element has none
 *
 * @param {{ root: Element, stage: Element, signal: AbortSignal }} view
 * @param {{ element?: Element, fallback?: number, onchange: () => void }} options
 */
export function createRoom(view, { element = view.stage, fallback = 960, onchange }) {
  const unit = () => parseFloat(globalThis.getComputedStyle?.(view.root).fontSize) / UNITS_PER_EM || 1;
  const current = () => (element.clientWidth || fallback) / unit();
  const room = {
    width: current(),
    measure() {
      room.width = current();
      return room.width;
    },
    unit,
  };
  observeSize(
    element,
    () => {
      if (Math.abs(current() - room.width) < 1) return;
      room.measure();
      onchange();
    },
    view.signal,
  );
  return room;
}
