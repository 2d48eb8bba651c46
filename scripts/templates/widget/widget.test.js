import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

test("the slider saves n, and what the kernel answers is drawn", async () => {
  const view = await mount("wl.WidgetName()");
  assert.equal(view.$$("rect").length, 5);
  const slider = view.$("input");
  slider.value = "2";
  view.fire(slider, "input");
  assert.deepEqual(view.model.saved.at(-1), { n: 3 });
  view.model.receive({ n: 3, values: [1, 4, 9], sentence: "Three squares." });
  assert.equal(view.$$("rect").length, 3);
  assert.equal(view.$(".wl-caption").textContent, "Three squares.");
  view.destroy();
});

test("start again asks the kernel", async () => {
  const view = await mount("wl.WidgetName()");
  view.$("button").click();
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  view.destroy();
});
