// The modules that widgets share, each on its own in happy-dom.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepFocus } from "../../widgets_lib/widgets/shared/controls.js";
import { h, prose, setChildren } from "../../widgets_lib/widgets/shared/dom.js";
import { cellSize, clamp, factor, grouped, range, signed } from "../../widgets_lib/widgets/shared/format.js";
import { createRadioGroup } from "../../widgets_lib/widgets/shared/radio-group.js";
import { createRoom, observeSize } from "../../widgets_lib/widgets/shared/resize.js";
import { createRovingFocus } from "../../widgets_lib/widgets/shared/roving-focus.js";
import { openWindow } from "./harness.js";

/** A page with these elements in it, and what is needed to press keys and to point there. */
function page(...nodes) {
  const window = openWindow();
  window.document.body.append(...nodes.map((make) => make()));
  return {
    window,
    body: window.document.body,
    focused: () => window.document.activeElement,
    fire: (target, type) => target.dispatchEvent(new window.Event(type, { bubbles: true })),
    key(target, key, init = {}) {
      const event = new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
      target.dispatchEvent(event);
      return event;
    },
  };
}

// ---- dom ----

test("setChildren brings children into order and does not touch those that stay", () => {
  const { window, body } = page(() => h("div", {}, ...["a", "b", "c"].map((name) => h("button", {}, name))));
  const parent = body.firstChild;
  const [, b, c] = parent.children;
  const moved = [];
  const observer = new window.MutationObserver((records) => moved.push(...records.flatMap((r) => [...r.addedNodes])));
  observer.observe(parent, { childList: true });
  b.focus();
  const [x, y] = [h("button", {}, "x"), h("button", {}, "y")];
  setChildren(parent, [x, b, c, y]); // what was first is gone
  moved.push(...observer.takeRecords().flatMap((record) => [...record.addedNodes]));
  assert.equal(parent.textContent, "xbcy");
  assert.equal(window.document.activeElement, b);
  assert.deepEqual(
    moved.map((node) => node.textContent),
    ["x", "y"],
  );
  setChildren(parent, [c, b]);
  assert.equal(parent.textContent, "cb");
  setChildren(parent, []);
  assert.equal(parent.childNodes.length, 0);
});

// ---- format ----

test("a number and its unit stay in one line, words, plain counts and code as they are", () => {
  const window = openWindow();
  const said = (text) => prose(text).map((part) => part.textContent ?? part);
  assert.deepEqual(said("It takes 7.38 ms, 3 µs or 0.5 s."), ["It takes 7.38\u00a0ms, 3\u00a0µs or 0.5\u00a0s."]);
  assert.deepEqual(said("159 MB at 30.1 GB/s, 101 GFLOP/s: 9.4 % of it"), [
    "159\u00a0MB at 30.1\u00a0GB/s, 101\u00a0GFLOP/s: 9.4\u00a0% of it",
  ]);
  for (const text of ["3 bytes, 5 steps and 7 sums", "row 3 shows 12", "a MB"]) assert.deepEqual(said(text), [text]);
  assert.deepEqual(said("see `x = 3 s`."), ["see ", "x = 3 s", "."]);
  window.close?.();
});

test("range counts as Python's does", () => {
  assert.deepEqual(range(3), [0, 1, 2]);
  assert.deepEqual(range(1, 4), [1, 2, 3]);
  assert.deepEqual(range(0), []);
  assert.deepEqual(range(4, 1), []);
});

test("clamp keeps to both ends, and to the lower one where they cross", () => {
  assert.deepEqual(
    [-1, 2, 9].map((value) => clamp(value, 0, 5)),
    [0, 2, 5],
  );
  assert.equal(clamp(3, 0, -1), 0);
});

test("a negative number has a minus sign, and parentheses as a factor", () => {
  assert.deepEqual(["-3", -3, 3, "−3"].map(signed), ["−3", "−3", "3", "−3"]);
  assert.deepEqual(["-3", -3, 3, "−3", 0].map(factor), ["(−3)", "(−3)", "3", "(−3)", "0"]);
});

test("long numbers are grouped", () => {
  assert.deepEqual([7, 30269, 6_953_607_871_644].map(grouped), ["7", "30,269", "6,953,607,871,644"]);
});

test("a cell has room for the longest text and stands on the grid of 4", () => {
  assert.equal(cellSize(["1", "−12.5"], 36), 48);
  assert.equal(cellSize(["1"], 36), 36);
  assert.equal(cellSize([], 32), 32);
  assert.equal(cellSize(["12345"], 36, { letter: 10, padding: 4 }), 56);
});

// ---- radio group ----

function radioGroup(options = {}) {
  const chosen = [];
  const view = page();
  const group = createRadioGroup({
    label: "operator",
    className: "wl-operators",
    options: [
      { value: "add", content: "+", name: "plus" },
      { value: "sub", content: ["−", " minus"] },
      { value: "mul" },
    ],
    onchoose: (value) => chosen.push(value),
    ...options,
  });
  view.body.append(group.node);
  return { ...view, ...group, told: chosen };
}

test("a radio group is named, and so is each of its buttons", () => {
  const { node, radios } = radioGroup();
  assert.deepEqual([node.getAttribute("role"), node.getAttribute("aria-label")], ["radiogroup", "operator"]);
  assert.deepEqual(
    radios.map(({ label }) => label.textContent),
    ["+", "− minus", "mul"],
  );
  assert.equal(radios[0].input.getAttribute("aria-label"), "plus");
  assert.equal(radios[1].input.hasAttribute("aria-label"), false);
  assert.equal(radios[0].input.getAttribute("data-lm-suppress-shortcuts"), "true");
});

test("choosing tells the value; being set tells nothing", () => {
  const { fire, radios, chosen, choose, told } = radioGroup();
  assert.equal(chosen(), "");
  choose("mul");
  assert.deepEqual([chosen(), told], ["mul", []]);
  radios[0].input.checked = true;
  fire(radios[0].input, "change");
  assert.deepEqual([chosen(), told], ["add", ["add"]]);
  choose("no such thing");
  assert.equal(chosen(), "");
});

test("two groups of one kind do not choose for each other", () => {
  const first = radioGroup();
  const second = radioGroup();
  assert.notEqual(first.radios[0].input.name, second.radios[0].input.name);
  assert.equal(new Set(first.radios.map(({ input }) => input.name)).size, 1);
});

// ---- roving focus ----

/** Six boxes in two rows. */
function grid(options = {}) {
  const view = page();
  const items = range(6).map((p) => h("span", { class: "box", "data-p": p }, h("b", {}, String(p))));
  const container = h("div", {}, ...items, h("button", {}, "beside"));
  view.body.append(container);
  const looks = [];
  const stops = [];
  const roving = createRovingFocus(container, {
    items,
    next(item, move, key) {
      const p = Number(item.dataset.p);
      if (!move) return key === "End" ? items[5] : null;
      const [row, column] = [Math.floor(p / 3) + move[0], (p % 3) + move[1]];
      return row in [0, 1] && column in [0, 1, 2] ? items[row * 3 + column] : item;
    },
    onHighlight: (item) => looks.push(item && Number(item.dataset.p)),
    onStop: (item) => stops.push(Number(item.dataset.p)),
    ...options,
  });
  const tabindexes = () => items.map((item) => item.getAttribute("tabindex"));
  return { ...view, items, container, looks, stops, roving, tabindexes };
}

test("one item is a Tab stop, and the arrow keys move it", () => {
  const { items, key, focused, tabindexes, looks, stops, roving } = grid();
  assert.deepEqual(tabindexes(), ["0", "-1", "-1", "-1", "-1", "-1"]);
  items[0].focus();
  assert.equal(key(items[0], "ArrowRight").defaultPrevented, true);
  assert.equal(focused(), items[1]);
  key(items[1], "ArrowDown");
  assert.equal(focused(), items[4]);
  assert.deepEqual(tabindexes(), ["-1", "-1", "-1", "-1", "0", "-1"]);
  assert.equal(roving.stop(), items[4]);
  assert.equal(looks.at(-1), 4);
  assert.deepEqual(stops, [0, 1, 4]);
  assert.equal(items[4].getAttribute("data-lm-suppress-shortcuts"), "true");
});

test("an edge holds the focus and keeps the key; a key that leads nowhere goes on, and so does one with Ctrl", () => {
  const { items, key, focused, container } = grid();
  const outer = [];
  container.parentNode.addEventListener("keydown", (event) => outer.push(event.key));
  items[0].focus();
  assert.equal(key(items[0], "ArrowUp").defaultPrevented, true);
  assert.equal(focused(), items[0]);
  assert.deepEqual(outer, []);
  assert.equal(key(items[0], "Home").defaultPrevented, false);
  key(items[0], "ArrowRight", { ctrlKey: true });
  key(items[0], "x");
  assert.deepEqual(outer, ["Home", "ArrowRight", "x"]);
  key(items[0], "End");
  assert.equal(focused(), items[5]);
});

test("the pointer looks without moving the stop; when it leaves, the focused item is looked at, or none", () => {
  const { items, fire, looks, container, tabindexes } = grid();
  fire(items[3].firstChild, "pointerover");
  fire(container, "pointerleave");
  assert.deepEqual(looks, [3, null]);
  items[2].focus();
  fire(items[3], "pointerover");
  fire(container, "pointerleave");
  assert.deepEqual(looks.slice(2), [2, 3, 2]);
  assert.equal(tabindexes()[2], "0");
  items[2].blur();
  assert.equal(looks.at(-1), null);
});

test("of many items only the stop can have the focus, and a press moves it", () => {
  const { items, fire, focused, tabindexes, looks } = grid({ sparse: true });
  assert.deepEqual(tabindexes(), ["0", null, null, null, null, null]);
  fire(items[4].firstChild, "pointerdown");
  assert.equal(focused(), items[4]);
  assert.equal(looks.at(-1), 4);
  assert.deepEqual(tabindexes(), [null, null, null, null, "0", null]);
  assert.equal(items[0].hasAttribute("data-lm-suppress-shortcuts"), false);
});

test("without items nothing is reachable and nothing fails", () => {
  const { fire, container, looks, roving } = grid({ items: [] });
  fire(container, "pointerover");
  assert.deepEqual(looks, [null]);
  assert.equal(roving.stop(), undefined);
});

// ---- a control that greys out keeps the focus in the widget ----

function buttons() {
  const view = page();
  const [back, next] = [h("button", {}, "back"), h("button", {}, "next")];
  const node = h("div", {}, back, next);
  view.body.append(node, h("button", { id: "outside" }, "outside"));
  return { ...view, node, back, next };
}

test("a button that greys out, hides or goes hands the focus on", () => {
  for (const change of [
    ({ next }) => (next.disabled = true),
    ({ next }) => (next.hidden = true),
    ({ next }) => next.remove(),
  ]) {
    const view = buttons();
    view.next.focus();
    keepFocus(view.node, () => change(view), [view.next, view.back]);
    assert.equal(view.focused(), view.back);
  }
});

test("the focus stays where it is if it can, and is never taken from elsewhere", () => {
  const view = buttons();
  view.back.focus();
  keepFocus(view.node, () => (view.next.disabled = true), [view.next]);
  assert.equal(view.focused(), view.back);
  const outside = view.window.document.querySelector("#outside");
  outside.focus();
  keepFocus(view.node, () => (view.back.disabled = true), [view.next]);
  assert.equal(view.focused(), outside);
});

test("the focus goes to the namesake, else to what stands in its place, and nowhere if it was handed on", () => {
  const named = (...names) => names.map((name) => h("button", {}, name));
  const view = page(() => h("div", {}, ...named("a", "b", "c")));
  const node = view.body.firstChild;
  const at = () => view.focused().textContent;
  node.children[1].focus();
  keepFocus(node, () => node.replaceChildren(...named("b", "a", "c")));
  assert.equal(at(), "b");
  keepFocus(node, () => node.replaceChildren(...named("x", "y", "z")));
  assert.equal(at(), "x");
  node.children[2].focus();
  keepFocus(node, () => node.replaceChildren(...named("p", "q")));
  assert.equal(at(), "q");
  keepFocus(node, () => {
    node.replaceChildren(...named("q", "r"));
    node.lastChild.focus();
  });
  assert.equal(at(), "r");
});

test("where none can take the focus nothing fails", () => {
  const view = buttons();
  view.next.focus();
  keepFocus(view.node, () => (view.node.hidden = true), [view.next, view.back]);
});

// ---- the room there is ----

/** Records what is observed in place of the browser; `resize` says that sizes changed. */
function observers() {
  const all = [];
  globalThis.ResizeObserver = class {
    constructor(callback) {
      this.callback = callback;
      all.push(this);
    }
    observe(element) {
      this.element = element;
    }
    disconnect() {
      this.element = null;
    }
  };
  return { all, resize: () => all.filter(({ element }) => element).forEach(({ callback }) => callback()) };
}

test("a room is measured in drawing units, and tells when it has changed", (t) => {
  t.after(() => delete globalThis.ResizeObserver);
  const { window, body } = page();
  globalThis.getComputedStyle = window.getComputedStyle.bind(window);
  t.after(() => delete globalThis.getComputedStyle);
  const { all, resize } = observers();
  const life = new AbortController();
  const root = h("section", { style: "font-size: 30px" }, h("div"));
  body.append(root);
  let width = 0;
  Object.defineProperty(root.firstChild, "clientWidth", { get: () => width });
  const changes = [];
  const room = createRoom(
    { root, stage: root.firstChild, signal: life.signal },
    { fallback: 900, onchange: () => changes.push(room.width) },
  );
  assert.deepEqual([room.unit(), room.width], [2, 450]); // twice the text: half the units
  width = 800;
  assert.equal(room.width, 450);
  resize();
  assert.deepEqual([room.width, changes], [400, [400]]);
  width = 801; // half a unit
  resize();
  assert.deepEqual(changes, [400]);
  width = 600;
  assert.equal(room.measure(), 300);
  resize();
  assert.deepEqual(changes, [400]); // measured already
  life.abort();
  assert.deepEqual(
    all.map(({ element }) => element),
    [null],
  );
});

test("where the browser has no ResizeObserver nothing is watched", () => {
  assert.equal(globalThis.ResizeObserver, undefined);
  observeSize(
    {},
    () => {
      throw new Error("not called");
    },
    new AbortController().signal,
  );
});
