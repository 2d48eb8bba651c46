// The model that a widget's view gets on a page without a server, and a widget's view on it.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSame,
  Model,
  parse,
} from "../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js";
import { mount } from "./harness.js";

function listened(state = {}) {
  const told = [];
  const heard = [];
  const model = new Model("strides-1", state, (message) => told.push(structuredClone(message)));
  for (const name of Object.keys(state)) model.on(`change:${name}`, (_, value) => heard.push([name, value]));
  return { model, told, heard };
}

test("what is set is told once it is saved, and only what has changed", () => {
  const { model, told, heard } = listened({ n: 1, shape: [2, 3] });
  model.set("n", 2);
  model.set({ shape: [2, 3] });
  assert.deepEqual([model.get("n"), told], [2, []]);
  model.save_changes();
  model.save_changes();
  assert.deepEqual(told, [{ id: "strides-1", state: { n: 2 } }]);
  assert.deepEqual(heard, [["n", 2]]);
});

test("of several traits all are set before anybody hears of one", () => {
  const { model } = listened({ m: 1, n: 1 });
  const seen = [];
  model.on("change:m", () => seen.push(model.get("n")));
  model.on("change", () => seen.push("change"));
  model.hear({ m: 2, n: 2 });
  model.hear({ m: 2, n: 2 });
  assert.deepEqual(seen, [2, "change"]);
});

test("an answer does not take back what the view has set since", () => {
  const { model, told } = listened({ n: 1, text: "" });
  model.set("n", 3);
  model.hear({ n: 2, text: "two" });
  assert.deepEqual([model.get("n"), model.get("text")], [3, "two"]);
  model.save_changes();
  assert.deepEqual(told.at(-1).state, { n: 3 });
  model.hear({ n: 4 });
  assert.equal(model.get("n"), 4);
});

test("listeners go one by one, by their event, or all", () => {
  const { model } = listened();
  const calls = [];
  const first = () => calls.push("first");
  const second = () => calls.push("second");
  for (const each of [first, second]) model.on("change:n", each);
  model.off("change:n", first);
  model.set("n", 1);
  model.off("change:n");
  model.set("n", 2);
  model.on("change:n", first);
  model.off();
  model.set("n", 3);
  assert.deepEqual(calls, ["second"]);
});

test("messages of the widget's own carry their buffers", () => {
  const { model, told } = listened();
  model.send({ draw: true }, undefined, [new Uint8Array([1, 2])]);
  assert.deepEqual(told, [{ id: "strides-1", custom: { draw: true }, buffers: [new Uint8Array([1, 2])] }]);
  const heard = [];
  model.on("msg:custom", (...values) => heard.push(values));
  model.hearCustom({ restored: true }, []);
  assert.deepEqual(heard, [[{ restored: true }, []]]);
});

test("bytes that were saved with the page are DataViews, and equal bytes are no change", () => {
  const { pixels } = parse('{"pixels": {"$bytes": "AAEC"}}');
  assert.ok(pixels instanceof DataView);
  assert.deepEqual([pixels.byteLength, pixels.getUint8(2)], [3, 2]);
  assert.ok(isSame(pixels, new DataView(new Uint8Array([9, 0, 1, 2]).buffer, 1)));
  assert.ok(!isSame(pixels, new DataView(new Uint8Array([0, 1, 3]).buffer)));
  assert.ok(!isSame(pixels, { byteLength: 3 }));
});

test("lists and objects of equal entries are not the same, nor is one with a name more", () => {
  assert.ok(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] }));
  for (const [a, b] of [
    [[], {}],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [null, {}],
    [0, -0],
  ])
    assert.ok(!isSame(a, b));
});

// All others are drawn on it in a browser: tests/site/test_pages.py.
for (const expression of ["wl.LoopStepper()", "wl.StrideExplorer()"]) {
  test(`${expression}: its view is drawn on the model and shows what Python says`, async () => {
    const probe = await mount(expression);
    const { state, widget_manager } = probe.model;
    probe.destroy();
    const told = [];
    const model = new Model("one", state, (message) => told.push(message));
    model.state = state;
    model.widget_manager = widget_manager;
    const view = await mount(expression, { model });
    model.hear({ error: "9 is too much" });
    assert.equal(view.$(".wl > [role=alert], [role=alert]").textContent, "9 is too much");
    assert.ok(told.every(({ id }) => id === "one"));
    view.destroy();
  });
}
