// Motion: marks and numbers that move to a new place, all by one clock.
import { set } from "../shared/dom.js";
import { prefersReducedMotion } from "../shared/view.js";

const MOTION_MS = 240;

/**
 * A mark that moves, or a mark's text, whose places are relative to its mark.
 * @typedef {import("./layout.js").Place} Place
 * @typedef {{ mark?: import("./marks.js").Mark, text?: Element, from: Place, to: Place }} Transition
 */

/**
 * @param {Transition} transition
 * @param {number} share  of the way, from 0 to 1
 */
function draw({ mark, text, from, to }, share) {
  const place = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  if (mark) mark.moveTo(place);
  else set(text, { transform: share < 1 ? `translate(${place.x} ${place.y})` : null });
}

export class Transitions {
  /** @param {AbortSignal} signal  ends all motion */
  constructor(signal) {
    /** @type {Transition[]} */
    this.running = [];
    /** @type {number | null} */
    this.frame = null;
    signal.addEventListener("abort", () => this.finish(), { once: true });
  }

  /**
   * Start these in place of what is running; without `moving`, go to their ends at once.
   * @param {Transition[]} transitions
   * @param {boolean} moving
   */
  start(transitions, moving) {
    this.running = this.running.filter(({ mark }) => !mark); // marks have new ends; texts have not
    this.finish();
    this.running = transitions;
    if (!moving || prefersReducedMotion() || !globalThis.requestAnimationFrame) {
      this.finish();
      return;
    }
    let start = null;
    const tick = (time) => {
      start ??= time;
      const share = Math.min(1, (time - start) / MOTION_MS);
      for (const transition of this.running) draw(transition, share * share * (3 - 2 * share));
      this.frame = share < 1 ? requestAnimationFrame(tick) : null;
      if (share === 1) this.running = [];
    };
    for (const transition of this.running) draw(transition, 0);
    this.frame = requestAnimationFrame(tick);
  }

  /** Go to the end of everything at once. */
  finish() {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    for (const transition of this.running) draw(transition, 1);
    this.running = [];
  }
}
