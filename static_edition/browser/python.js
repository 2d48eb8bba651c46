// The page's side of Python, which runs in a worker: asleep until it is woken, one message at a time, ended where it
// does not come to an end, and started again with what the page knows.

/** @typedef {import("../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js").Model} Model */
/** @typedef {import("../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js").Traits} Traits */
/** @typedef {import("../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js").Message} Message */
/** @typedef {{ postMessage(message: any): void, terminate(): void, onmessage: any, onerror: any }} Worker_ */
/** @typedef {{ bytes: number, whole: number }} Much  of a file is there */
/**
 * @typedef {object} Words  what the page is told, and shows
 * @property {() => void} starting  somebody waits for Python, and it is not there yet
 * @property {(stop: () => void) => void} busy  an answer does not come
 * @property {(much: Much, stop: () => void) => void} fetching  a widget waits for a file that comes in pieces
 * @property {() => void} quiet  nobody waits any more
 * @property {(reason: string) => void} broken  Python does not start
 * @property {(reason: "asked" | "crashed", id?: string) => void} stopped  what was computing, of this widget, was ended
 * @property {(addresses: string[]) => void} fetched  what the worker has loaded
 */

export const STARTING_MS = 300; // whoever waits longer is told that Python starts
export const BUSY_MS = 4_000; // and after this long without an answer is offered to stop it
export const CANCEL_MS = 2_000; // whoever cancels waits no longer for what is done in one piece

/** A view that comes or goes asks nothing: it shows what was saved with the page. @param {Message} message */
const isQuestion = (message) => "state" in message || message.custom?.view === undefined;

/** @param {Message} message */
const isCancel = (message) => "custom" in message && message.custom?.cancel !== undefined;

export class Python {
  /** @type {Worker_ | null} */
  #worker = null;
  #isReady = false;
  #isBroken = false;
  #crashes = 0; // one after the other, without an answer between them
  /** @type {Message[]} */
  #queue = [];
  /** @type {{ number: number, message: Message } | null} */
  #asked = null;
  #numbers = 0;
  /** @type {Map<string, number>} id -> views that Python has not heard of yet */
  #views = new Map();
  /** @type {Set<string>} ids of the widgets that this Python has made */
  #made = new Set();
  /** @type {Map<string, { inputs: Traits, kept?: string }>} id -> what the widget was after its last answer */
  #settled = new Map();
  /** @type {Map<string, { inputs: Traits, kept?: string }>} id -> what the widget was before it was asked last */
  #before = new Map();
  #lastAsked = ""; // the widget that was asked last, and may work on in turns
  /** @type {any} */
  #startingTimer = 0;
  /** @type {any} */
  #cancelTimer = 0;
  /** @type {any} */
  #busyTimer = 0;
  /** @type {any} */
  #fetchingTimer = 0;
  /** @type {Much | null} what was told last of a file that is being fetched */
  #fetching = null;
  /** @type {Record<string, number>} when what happened, for tests and benchmarks */
  marks = {};

  /**
   * @param {object} options
   * @param {Map<string, Model>} options.models
   * @param {Record<string, string[]>} options.inputs  id -> the names of its inputs
   * @param {object} options.parts  what the worker starts from
   * @param {() => Worker_} options.createWorker
   * @param {Words} options.words
   */
  constructor({ models, inputs, parts, createWorker, words }) {
    this.models = models;
    this.inputs = inputs;
    this.parts = parts;
    this.createWorker = createWorker;
    this.words = words;
  }

  /** Start it, if it is not there yet. */
  wake() {
    if (this.#worker || this.#isBroken) return;
    this.marks.woken = performance.now();
    let worker;
    try {
      worker = this.createWorker();
    } catch (error) {
      this.#breakDown(String(error));
      return;
    }
    this.#worker = worker;
    worker.onmessage = (/** @type {any} */ event) => worker === this.#worker && this.#hear(event.data);
    worker.onerror = (/** @type {any} */ event) => worker === this.#worker && this.#crashed(event.message);
    worker.postMessage({ start: { ...this.parts, states: Object.fromEntries(this.#settled) } });
  }

  /** Pass a message on, when its turn comes. @param {Message} message */
  tell(message) {
    if (!isQuestion(message)) {
      this.#countView(message);
      return;
    }
    if (this.#isBroken) return;
    this.#add(message);
    this.wake();
    this.#next();
    if (isCancel(message)) this.#cancelTimer ||= setTimeout(() => this.stop("asked", message.id), CANCEL_MS);
    if (!this.#isReady) this.#startingTimer ||= setTimeout(() => this.#isReady || this.words.starting(), STARTING_MS);
  }

  /**
   * End what is computing, and start again with what the page had before it was asked.
   * @param {"asked" | "crashed"} [reason]
   * @param {string} [id]  whose work it is
   */
  stop(reason = "asked", id = this.#asked?.message.id ?? (this.#fetching ? this.#lastAsked : undefined)) {
    if (id) {
      this.#queue = this.#queue.filter((each) => each.id !== id);
      const before = this.#before.get(id);
      if (before) this.#settled.set(id, before);
      const model = this.models.get(id);
      model.hear({ ...before?.inputs, ...(model.get("progress") && { progress: {} }) });
    }
    this.restart();
    this.words.stopped(reason, id);
  }

  /** Start again, with nothing lost: each widget that was made is made again with its inputs and what it kept. */
  restart() {
    this.#end();
    const made = [...this.#made].reverse(); // the last one that was spoken to first
    this.#made.clear();
    for (const id of made) this.#queue.push({ id, custom: { view: 1 }, buffers: [] });
    this.wake();
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isReady = false;
    this.#asked = null;
    this.#heardCancel();
    this.#quiet();
  }

  /**
   * Of settings of the same traits only the newest of what waits counts. Others keep their order: what is set after them
   * may mean something else, as a prediction does at another size.
   * @param {Message} message
   */
  #add(message) {
    const last = this.#queue.findLast(({ id }) => id === message.id);
    if ("state" in message && last && "state" in last && Object.keys(last.state).every((name) => name in message.state))
      Object.assign(last.state, message.state);
    else this.#queue.push("state" in message ? { id: message.id, state: { ...message.state } } : message);
  }

  /** @param {any} message */
  #countView({ id, custom, buffers }) {
    if (this.#made.has(id)) {
      this.#queue.push({ id, custom, buffers });
      this.#next();
    } else this.#views.set(id, Math.max(0, (this.#views.get(id) ?? 0) + custom.view));
  }

  #next() {
    if (!this.#isReady || this.#asked || !this.#queue.length) return;
    const message = this.#queue[0];
    const views = this.#views.get(message.id);
    if (views && isQuestion(message)) {
      this.#views.delete(message.id);
      this.#queue.unshift({ id: message.id, custom: { view: views }, buffers: [] });
      return this.#next();
    }
    this.#queue.shift();
    if (!this.#settled.has(message.id)) this.#settled.set(message.id, this.#firstOf(message.id));
    this.#made.add(message.id);
    if (!isCancel(message)) {
      this.#before.set(message.id, this.#settled.get(message.id));
      this.#lastAsked = message.id;
    }
    this.#asked = { number: ++this.#numbers, message };
    this.marks.asked = performance.now();
    this.#busyTimer = setTimeout(() => this.#sayBusy(), BUSY_MS);
    this.#worker.postMessage({ ...encode(message), number: this.#asked.number });
  }

  /** @param {any} data */
  #hear({ id, text, buffers, inPlace, done, kept, ready, failed, fetched, fetching }) {
    if (text) this.#deliver(id, decode(text, buffers), buffers.slice(inPlace));
    else if (done) this.#answered(kept);
    else if (kept) this.#settle(id, kept);
    else if (ready) {
      this.#isReady = true;
      this.marks.ready = performance.now();
      this.#quiet();
      this.#next();
    } else if (fetching !== undefined) this.#waitFor(fetching);
    else if (failed) this.#breakDown(failed);
    if (fetched) this.words.fetched(fetched);
  }

  /** @param {string} id @param {any} message @param {Uint8Array[]} buffers */
  #deliver(id, message, buffers) {
    const model = this.models.get(id);
    if (message.state) {
      for (const waiting of this.#queue) {
        if (waiting.id !== id || !("state" in waiting)) continue;
        for (const name of Object.keys(waiting.state)) delete message.state[name]; // the page is ahead
      }
      model.hear(message.state);
    } else model.hearCustom(message.custom, buffers.map(viewOf));
  }

  /**
   * A part of a file comes, or has come: who waits long is told so, and not that Python computes.
   * @param {Much | null} much
   */
  #waitFor(much) {
    clearTimeout(this.#busyTimer);
    this.#busyTimer = 0;
    if (!much) {
      if (this.#asked) this.#busyTimer = setTimeout(() => this.#sayBusy(), BUSY_MS);
      else this.#busyTimer = setTimeout(() => this.#quiet(), STARTING_MS); // unless the next part is asked for
      return;
    }
    const isFirst = !this.#fetching;
    this.#fetching = much;
    const tell = () => {
      this.#fetchingTimer = 0;
      this.words.fetching(this.#fetching, () => this.stop());
    };
    if (isFirst) this.#fetchingTimer = setTimeout(tell, STARTING_MS);
    else if (!this.#fetchingTimer) tell();
  }

  #sayBusy() {
    this.words.busy(() => this.stop());
  }

  /** @param {any} kept */
  #answered(kept) {
    const { message } = this.#asked;
    const { id } = message;
    if (isCancel(message)) this.#heardCancel();
    this.#asked = null;
    this.#crashes = 0;
    this.marks.answered = performance.now();
    this.#quiet();
    this.#settle(id, kept);
    this.#next();
  }

  /**
   * Remember what a widget is, but for those of its inputs that wait to be sent.
   * @param {string} id
   * @param {string} [kept]  what its `keep()` says, as JSON
   */
  #settle(id, kept) {
    const before = this.#settled.get(id);
    const waiting = this.#queue.flatMap((each) => (each.id === id && "state" in each ? Object.keys(each.state) : []));
    const names = (this.inputs[id] ?? []).filter((name) => !waiting.includes(name));
    const now = Object.fromEntries(names.map((name) => [name, this.models.get(id).get(name)]));
    this.#settled.set(id, { inputs: { ...before?.inputs, ...now }, kept: kept ?? before?.kept });
  }

  /** What the page was made with. @param {string} id */
  #firstOf(id) {
    const { first } = this.models.get(id);
    return { inputs: Object.fromEntries((this.inputs[id] ?? []).map((name) => [name, first[name]])) };
  }

  #heardCancel() {
    clearTimeout(this.#cancelTimer);
    this.#cancelTimer = 0;
  }

  #quiet() {
    clearTimeout(this.#startingTimer);
    clearTimeout(this.#busyTimer);
    clearTimeout(this.#fetchingTimer);
    this.#startingTimer = this.#busyTimer = this.#fetchingTimer = 0;
    this.#fetching = null;
    this.words.quiet();
  }

  /** @param {string} reason */
  #crashed(reason) {
    if (!this.#isReady || ++this.#crashes > 1) this.#breakDown(reason);
    else this.stop("crashed");
  }

  /** @param {string} reason */
  #breakDown(reason) {
    this.#isBroken = true;
    this.#queue = [];
    this.#end();
    this.words.broken(reason);
  }
}

/** @param {Uint8Array} part */
const viewOf = (part) => new DataView(part.buffer, part.byteOffset, part.byteLength);

/**
 * A message as the worker gets it; bytes in a state stand beside its text.
 * @param {Message} message
 */
export function encode(message) {
  if (!("state" in message))
    return { id: message.id, text: JSON.stringify({ custom: message.custom }), buffers: message.buffers };
  /** @type {ArrayBufferView[]} */
  const buffers = [];
  const text = JSON.stringify({ state: message.state }, (_, value) =>
    ArrayBuffer.isView(value) ? { $buffer: buffers.push(value) - 1 } : value,
  );
  return { id: message.id, text, buffers };
}

/**
 * @param {string} text
 * @param {Uint8Array[]} buffers
 */
export function decode(text, buffers) {
  return JSON.parse(text, (_, value) => (Number.isInteger(value?.$buffer) ? viewOf(buffers[value.$buffer]) : value));
}
