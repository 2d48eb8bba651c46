// Asking the kernel one thing at a time, so that a slow kernel is not given more than it can answer.

/**
 * What the view asks for; one of these.
 * @typedef {{ dials?: object, move?: string, write?: number, text?: string, restart?: boolean }} Request
 */

/** Requests of one view. The kernel answers each with its number: { done: 1 }. */
export class Requests {
  /**
   * @param {import("@anywidget/types").AnyModel} model
   * @param {AbortSignal} signal
   * @param {() => void} onsettled  every request was answered
   */
  constructor(model, signal, onsettled) {
    this.model = model;
    this.onsettled = onsettled;
    /** @type {Request[]} */
    this.queue = [];
    this.asked = 0;
    this.answered = 0;
    const receive = (content) => this.receive(content);
    model.on("msg:custom", receive);
    signal.addEventListener("abort", () => model.off("msg:custom", receive), { once: true });
  }

  /** Whether no request is waiting for its answer. */
  get settled() {
    return this.asked === this.answered;
  }

  /**
   * Send this when its turn comes. Dials that were turned again replace those that still wait.
   * @param {Request} content
   */
  ask(content) {
    if (content.dials && this.queue.at(-1)?.dials) this.queue.pop();
    this.queue.push(content);
    this.next();
  }

  next() {
    if (this.settled && this.queue.length) this.model.send({ ...this.queue.shift(), number: ++this.asked });
  }

  receive({ done }) {
    if (done !== this.asked) return; // the answer to another view of this model
    this.answered = this.asked;
    this.next();
    if (this.settled) this.onsettled();
  }
}
