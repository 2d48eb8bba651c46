// The room that a drawing has, in drawing units, and hearing when it changes.
import { keepFocus } from "./controls.js";
import { UNITS_PER_EM } from "./dom.js";

const ROOM_TO_GROW = 96; // drawing units: two large cells

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
      keepFocus(view.root, onchange);
    },
    view.signal,
  );
  return room;
}

/**
 * Keeps a stage as high as what was in it, so that the controls below it stay under the pointer that turns them:
 * { fit(height, { afresh }) }. Where it must grow it grows by more than that, for the next turn; `afresh` forgets.
 * @param {HTMLElement} stage
 * @param {number} [more]  by how much more, in drawing units
 */
export function createSteadyHeight(stage, more = ROOM_TO_GROW) {
  let least = 0;
  return {
    /**
     * @param {number} height  of what is in it now, in drawing units
     * @param {{ afresh?: boolean }} [options]
     */
    fit(height, { afresh = false } = {}) {
      if (least && !afresh && height <= least) return;
      least = least && !afresh ? height + more : height;
      stage.style.minHeight = `${least / UNITS_PER_EM}em`;
    },
  };
}
