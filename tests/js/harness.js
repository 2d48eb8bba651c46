// Mounts a widget, by the module that anywidget loads, on the state Python really sends, in happy-dom, with a model
// that keeps count.
import { execFileSync } from "node:child_process";
import { Window } from "happy-dom";

import { askPython, PYTHON, ROOT } from "./states.js";

const states = new Map();

// shared/mount.js makes a Blob module of each file, and Node.js imports from data: URLs only. Plain strings in place
// of blobs, and their data: URLs in place of blob: URLs, are the same modules.
globalThis.Blob = class {
  constructor(parts) {
    this.text = parts.join("");
  }
};
URL.createObjectURL = (blob) => `data:text/javascript;base64,${Buffer.from(blob.text).toString("base64")}`;

/** For every public widget the expression that makes one, by name: { LoopStepper: "wl.LoopStepper()", … }. */
export function widgetExpressions() {
  const options = { cwd: ROOT, encoding: "utf-8" };
  return JSON.parse(execFileSync(PYTHON, ["-m", "tests.support.catalog"], options));
}

/** The synced state of a Python expression such as "wl.LoopStepper()". The expression is the test's own. */
export function stateOf(expression) {
  return fromPython(expression).state;
}

/** The traits of a Python expression's widget that a thread may set. */
export function threadUpdatedTraits(expression) {
  return fromPython(expression).thread_updated;
}

/** { state, files, thread_updated }: the synced state, the files of the view by name, traits that a thread may set. */
function fromPython(expression) {
  if (!states.has(expression)) states.set(expression, askPython(expression));
  return JSON.parse(states.get(expression), (_, value) =>
    typeof value?.bytes === "string" ? viewOf(value.bytes) : value,
  );
}

/** Bytes as a page gets them: a DataView into a larger message, at no particular alignment. */
function viewOf(base64) {
  const bytes = Buffer.from(base64, "base64");
  const message = new Uint8Array(bytes.length + 1);
  message.set(bytes, 1);
  return new DataView(message.buffer, 1);
}

/** A model as anywidget hands it to a view: `read` and `listeners` record which traits the view gets and listens to. */
export class FakeModel {
  constructor(state) {
    this.state = state;
    this.read = new Set();
    this.listeners = new Map();
    this.saved = [];
    this.sent = [];
    this.pending = {};
  }
  get(name) {
    this.read.add(name);
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
    this.pending[name] = value;
    this.emit(`change:${name}`, value);
  }
  save_changes() {
    this.saved.push(this.pending);
    this.pending = {};
  }
  send(content, _callbacks, buffers) {
    this.sent.push({ content, buffers });
  }
  on(event, callback) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(callback);
  }
  off(event, callback) {
    this.listeners.get(event)?.delete(callback);
  }
  emit(event, ...values) {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback(...values);
  }
  /** What the kernel would do: a trait changes and the view hears of it. */
  receive(changes) {
    for (const [name, value] of Object.entries(changes)) this.state[name] = value;
    for (const name of Object.keys(changes)) this.emit(`change:${name}`, changes[name]);
  }
  listenerCount() {
    return [...this.listeners.values()].reduce((count, callbacks) => count + callbacks.size, 0);
  }
}

/** A page of its own, whose `document` and events are the global ones from now on. */
export function openWindow() {
  const window = new Window({ url: "http://localhost/" });
  for (const name of ["document", "Event", "KeyboardEvent", "MouseEvent", "PointerEvent", "HTMLElement", "Node"])
    globalThis[name] = window[name];
  globalThis.window = window;
  globalThis.matchMedia = window.matchMedia.bind(window);
  return window;
}

/**
 * Render a widget. Returns { el, model, window, $, $$, key(target, key), destroy() }.
 * `options.state` overrides traits; `options.model` mounts a second view on the same model;
 * `options.prepare(window)` is called on the page before the view comes into it.
 */
export async function mount(expression, { state = {}, model = null, prepare = () => {} } = {}) {
  const window = openWindow();
  prepare(window);
  if (!model) {
    const made = fromPython(expression);
    model = new FakeModel({ ...made.state, ...state });
    model.widget_manager = { get_model: async () => ({ get: (name) => ({ files: made.files })[name] }) };
  }
  const source = model.state._esm;
  const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const controller = new window.AbortController();
  const cleanup = await module.default.render({ model, el, signal: undefined });
  return {
    el,
    model,
    window,
    $: (selector) => el.querySelector(selector),
    $$: (selector) => [...el.querySelectorAll(selector)],
    key: (target, key, init = {}) =>
      target.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init })),
    fire: (target, type, init = {}) =>
      target.dispatchEvent(new window.Event(type, { bubbles: true, cancelable: true, ...init })),
    destroy: () => {
      cleanup?.();
      controller.abort();
    },
  };
}
