// What an anywidget's view gets on a page without Jupyter: the part of Backbone's model that anywidget's specification
// names. The traits are those that were saved with the page, until Python or the view says otherwise.

/** @typedef {Record<string, any>} Traits */
/** @typedef {{ id: string, state: Traits } | { id: string, custom: any, buffers: ArrayBufferView[] }} Message */

/** A value that was written as JSON, with its bytes as DataViews. */
export const parse = (/** @type {string} */ text) => JSON.parse(text, revive);

/** @param {string} _ @param {any} value */
function revive(_, value) {
  if (typeof value?.$bytes !== "string") return value;
  const bytes = Uint8Array.from(atob(value.$bytes), (letter) => letter.charCodeAt(0));
  return new DataView(bytes.buffer);
}

/**
 * Whether two values, as JSON or as bytes, are equal.
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
export function isSame(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (a instanceof DataView || b instanceof DataView)
    return a instanceof DataView && b instanceof DataView && hasSameBytes(a, b);
  const names = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && isSame(a[name], b[name]))
  );
}

/** @param {DataView} a @param {DataView} b */
function hasSameBytes(a, b) {
  if (a.byteLength !== b.byteLength) return false;
  for (let at = 0; at < a.byteLength; at++) if (a.getUint8(at) !== b.getUint8(at)) return false;
  return true;
}

export class Model {
  /** @type {Traits} */
  #state;
  /** @type {Traits} */
  #unsaved = {};
  /** @type {Map<string, Set<(...values: any[]) => void>>} */
  #listeners = new Map();
  #tell;

  /**
   * @param {string} id
   * @param {Traits} state
   * @param {(message: Message) => void} tell  passes a message on to Python
   */
  constructor(id, state, tell) {
    this.id = id;
    this.first = state;
    this.#state = { ...state };
    this.#tell = tell;
  }

  /** @param {string} name */
  get(name) {
    return this.#state[name];
  }

  /** @param {string | Traits} name @param {any} [value] */
  set(name, value) {
    const changed = this.#changed(typeof name === "string" ? { [name]: value } : name);
    Object.assign(this.#unsaved, changed);
    this.#take(changed);
  }

  save_changes() {
    const state = this.#unsaved;
    this.#unsaved = {};
    if (Object.keys(state).length) this.#tell({ id: this.id, state });
  }

  /** @param {any} content @param {unknown} [_callbacks] @param {ArrayBufferView[]} [buffers] */
  send(content, _callbacks, buffers = []) {
    this.#tell({ id: this.id, custom: content, buffers });
  }

  /** @param {string} event @param {(...values: any[]) => void} callback */
  on(event, callback) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(callback);
  }

  /** @param {string} [event] @param {(...values: any[]) => void} [callback] */
  off(event, callback) {
    if (!event) this.#listeners.clear();
    else if (callback) this.#listeners.get(event)?.delete(callback);
    else this.#listeners.delete(event);
  }

  /**
   * Python says what traits are now. What the view has set since and not saved yet stays: the page is ahead.
   * @param {Traits} state
   */
  hear(state) {
    this.#take(this.#changed(Object.fromEntries(Object.entries(state).filter(([name]) => !(name in this.#unsaved)))));
  }

  /**
   * A message of the widget's own.
   * @param {any} content
   * @param {DataView[]} buffers
   */
  hearCustom(content, buffers) {
    this.#emit("msg:custom", content, buffers);
  }

  /** The traits among these that are not so yet: what is equal is no change. @param {Traits} traits */
  #changed(traits) {
    return Object.fromEntries(Object.entries(traits).filter(([name, value]) => !isSame(this.#state[name], value)));
  }

  /** All of them are set before anybody hears of one. @param {Traits} changed */
  #take(changed) {
    Object.assign(this.#state, changed);
    for (const [name, value] of Object.entries(changed)) this.#emit(`change:${name}`, this, value);
    if (Object.keys(changed).length) this.#emit("change", this);
  }

  /** @param {string} event @param {...any} values */
  #emit(event, ...values) {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(...values);
  }
}
