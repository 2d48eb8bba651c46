// A hand laid on a widget will soon ask Python something, and so will one that stays over it: Python is woken then. Who
// only scrolls past downloads nothing.

export const DWELL_MS = 300;
const HANDS = ["pointerdown", "focusin"];

/**
 * @param {HTMLElement} place  a widget's
 * @param {() => void} wake
 */
export function wakeByHand(place, wake) {
  for (const event of HANDS) place.addEventListener(event, wake, { once: true, passive: true });
  if (/** @type {any} */ (navigator).connection?.saveData) return;
  /** @type {any} */
  let dwell = 0;
  place.addEventListener("pointerenter", () => {
    dwell = setTimeout(wake, DWELL_MS);
  });
  place.addEventListener("pointerleave", () => clearTimeout(dwell));
}
