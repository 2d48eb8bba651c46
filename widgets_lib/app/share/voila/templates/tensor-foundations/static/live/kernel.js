// The page's side of its kernel: messages of widgets over one websocket, which is opened again when it breaks.
// Of each widget one setting is under way at a time; what is set meanwhile waits, and only the newest of it is sent.
import { decode, encode, PROTOCOL } from "./wire.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Traits} Traits */
/** @typedef {import("./model.js").Message} Message */

const RETRY_MS = 500; // doubled with each try
const MAX_RETRY_MS = 15_000;

/** Random, also where a page came by plain http and `crypto.randomUUID` is missing. */
export const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Kernel {
  #address;
  /** @type {WebSocket | null} */
  #socket = null;
  #session = randomId();
  #tries = 0;
  #wasOpen = false;
  #hasEnded = false;
  /** @type {any} */
  #timer = 0;
  /** @type {Map<string, { id: string, state?: Traits }>} message -> what was sent, until the kernel is done with it */
  #underWay = new Map();
  /** @type {Map<string, Traits>} widget -> what was set since its last setting was sent */
  #waiting = new Map();
  /** @type {ArrayBuffer[]} until the websocket is open */
  #queue = [];
  /** @type {(() => void)[]} */
  #onAnswered = [];
  /** @type {Record<string, number>} when what happened, for tests and benchmarks */
  marks = {};

  /**
   * @param {object} options
   * @param {string} options.address  of the kernel's websocket
   * @param {Map<string, Model>} options.models
   * @param {(address: string, protocol: string) => WebSocket} [options.createSocket]
   */
  constructor({ address, models, createSocket = (...arguments_) => new WebSocket(...arguments_) }) {
    this.#address = `${address}?session_id=${this.#session}`;
    this.models = models;
    this.createSocket = createSocket;
  }

  /** Open the websocket. */
  connect() {
    const socket = this.createSocket(this.#address, PROTOCOL);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(decode(data));
    socket.onclose = () => socket === this.#socket && this.#closed();
  }

  /** The kernel is gone: try no more. */
  end() {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Pass on what a view has set or sent. @param {Message} message */
  tell(message) {
    if (!("state" in message)) {
      this.#sendWaiting(message.id); // what was set before it goes before it
      this.#send(message.id, { method: "custom", content: message.custom }, message.buffers);
      return;
    }
    const waiting = this.#waiting.get(message.id) ?? {};
    this.#waiting.set(message.id, Object.assign(waiting, message.state));
    const isUnderWay = [...this.#underWay.values()].some(({ id, state }) => id === message.id && state);
    if (!isUnderWay) this.#sendWaiting(message.id);
  }

  /** Ask for all traits of a widget. @param {string} id */
  ask(id) {
    this.#send(id, { method: "request_state" });
  }

  /** A promise that is kept once the kernel is done with all that the page has sent. */
  answered() {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.#onAnswered.push(resolve);
        this.#settle();
      })
    );
  }

  /** @param {string} id */
  #sendWaiting(id) {
    const state = this.#waiting.get(id);
    if (!state) return;
    this.#waiting.delete(id);
    const bytes = Object.entries(state).filter(([, value]) => ArrayBuffer.isView(value));
    const rest = Object.fromEntries(Object.entries(state).filter(([, value]) => !ArrayBuffer.isView(value)));
    const paths = bytes.map(([name]) => [name]);
    const data = { method: "update", state: rest, buffer_paths: paths };
    this.#send(
      id,
      data,
      bytes.map(([, value]) => value),
      state,
    );
  }

  /**
   * @param {string} id
   * @param {object} data
   * @param {ArrayBufferView[]} [buffers]
   * @param {Traits} [state]
   */
  #send(id, data, buffers = [], state) {
    const header = {
      msg_id: randomId(),
      msg_type: "comm_msg",
      session: this.#session,
      username: "",
      date: new Date().toISOString(),
      version: "5.4",
    };
    this.#underWay.set(header.msg_id, { id, state });
    const frame = encode("shell", header, { comm_id: id, data }, buffers);
    if (this.#socket?.readyState === 1) this.#socket.send(frame);
    else this.#queue.push(frame);
  }

  #opened() {
    this.#tries = 0;
    this.marks.open ??= performance.now();
    if (this.#wasOpen) this.#askAgain();
    this.#wasOpen = true;
    for (const frame of this.#queue.splice(0)) this.#socket.send(frame);
  }

  /** The line was cut: set again what may not have arrived, and ask what the widgets are now. */
  #askAgain() {
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    this.#queue.length = 0;
    for (const { id, state } of lost) if (state) this.#waiting.set(id, { ...state, ...this.#waiting.get(id) });
    for (const id of [...this.#waiting.keys()]) this.#sendWaiting(id);
    for (const id of this.models.keys()) this.ask(id);
  }

  #closed() {
    this.#socket = null;
    if (this.#hasEnded) return;
    const pause = Math.min(RETRY_MS * 2 ** this.#tries, MAX_RETRY_MS);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.connect(), pause);
  }

  /** @param {import("./wire.js").WireMessage} message */
  #hear({ header, parent, content, buffers }) {
    if (header.msg_type === "status") {
      if (content.execution_state === "idle") this.#done(parent.msg_id);
      return;
    }
    const model = header.msg_type === "comm_msg" ? this.models.get(content.comm_id) : undefined;
    const { method } = content.data ?? {};
    if (!model) return;
    if (method === "custom") model.hearCustom(content.data.content, buffers);
    else if (method === "update" || (method === "echo_update" && parent.session !== this.#session))
      this.#update(model, content.data, buffers);
  }

  /**
   * @param {Model} model
   * @param {{ state: Traits, buffer_paths?: (string | number)[][] }} data
   * @param {DataView[]} buffers
   */
  #update(model, { state, buffer_paths: paths = [] }, buffers) {
    for (const [index, path] of paths.entries()) {
      const way = path.slice(0, -1);
      /** @type {any} */
      let holder = state;
      for (const step of way) holder = holder[step];
      holder[path.at(-1)] = buffers[index];
    }
    for (const name of Object.keys(this.#waiting.get(model.id) ?? {})) delete state[name]; // the page is ahead
    model.hear(state);
  }

  /** @param {string} message */
  #done(message) {
    const sent = this.#underWay.get(message);
    if (!sent) return;
    this.#underWay.delete(message);
    if (sent.state) this.#sendWaiting(sent.id);
    this.#settle();
  }

  #settle() {
    if (this.#underWay.size || this.#waiting.size) return;
    for (const resolve of this.#onAnswered.splice(0)) resolve();
  }
}
