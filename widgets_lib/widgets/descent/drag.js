// Dragging by pointer: what is pressed goes along once the pointer has moved, and Escape takes it back.
import { hasModifier } from "../shared/dom.js";

const MOVED = 3; // px: a shorter way is a click

/**
 * Listen to presses and drags in `node`, on its button `grip` or beside it. Returns { wasDrag() }: whether the press
 * that ends now was a drag, and no click.
 * @param {HTMLElement} node
 * @param {HTMLElement} grip
 * @param {object} on
 * @param {(event: PointerEvent) => number[]} on.at  a point in the drawing
 * @param {() => number[]} on.gripAt  where the grip is in the drawing
 * @param {(point: number[]) => void} on.move  the grip goes there
 * @param {() => () => void} on.hold  a press begins; returns what undoes all that comes of it
 */
export function listenToDrag(node, grip, { at, gripAt, move, hold }) {
  /** @type {any} */
  let held = null;
  let dragged = false;

  function drag(event) {
    const [x, y] = at(event);
    move([x + held.shift[0], y + held.shift[1]]);
  }
  function end() {
    if (!held) return;
    dragged = held.isDrag;
    setTimeout(() => (dragged = false)); // the click of this press comes before that
    held = null;
    node.classList.remove("wl-dragging");
  }
  const isHeld = (event) => held && event.pointerId === held.pointer;
  const listeners = {
    pointerdown(event) {
      if (held || event.button || event.isPrimary === false) return;
      const [x, y] = at(event);
      const [gripX, gripY] = gripAt();
      const isOnGrip = grip.contains(event.target);
      const shift = isOnGrip ? [gripX - x, gripY - y] : [0, 0]; // it does not jump into the pointer's middle
      const from = [event.clientX, event.clientY];
      held = { pointer: event.pointerId, from, shift, undo: hold(), isDrag: false, isOver: false };
      if (isOnGrip) return;
      event.preventDefault();
      grip.focus({ preventScroll: true }); // so that Escape is heard, and arrow keys go on from here
      node.setPointerCapture?.(event.pointerId);
      drag(event);
    },
    pointermove(event) {
      if (!isHeld(event) || held.isOver) return;
      const [x, y] = held.from;
      if (!held.isDrag && Math.hypot(event.clientX - x, event.clientY - y) < MOVED) return;
      if (!held.isDrag) {
        held.isDrag = true;
        grip.focus({ preventScroll: true });
        node.setPointerCapture?.(event.pointerId);
        node.classList.add("wl-dragging");
      }
      drag(event);
    },
    pointerup(event) {
      if (isHeld(event)) end();
    },
    pointercancel(event) {
      if (isHeld(event)) end();
    },
    keydown(event) {
      if (event.key !== "Escape" || hasModifier(event) || !held || held.isOver) return;
      event.preventDefault();
      event.stopPropagation();
      held.undo();
      held.isDrag = held.isOver = true; // held still, for the release is no click
      node.classList.remove("wl-dragging");
    },
    // Where touch-action is not known, the page would scroll.
    touchmove: (event) => held && event.preventDefault(),
  };
  for (const [name, listener] of Object.entries(listeners)) node.addEventListener(name, listener, { passive: false });
  return { wasDrag: () => dragged };
}
