import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const grads = (view) => view.$$(".wl-node").map((node) => node.querySelector(".wl-grad").textContent);
const names = (view, selector) => view.$$(selector).map((node) => node.querySelector(".wl-name").textContent);
const press = (view, key) => view.key(view.$(".wl-player input"), key);

test("every step there and back shows the gradients, arrows and lines of that moment, without the kernel", async () => {
  const view = await mount("wl.BackwardStepper()");
  const { moments, arrows } = view.model.state.picture;
  const check = (at) => {
    const moment = moments[at];
    assert.deepEqual(
      grads(view),
      moment.grads.map((grad) => (grad === null ? "" : `grad ${grad}`)),
    );
    const lit = view.$$(".wl-arrow").flatMap((arrow, index) => (arrow.classList.contains("wl-is-now") ? [index] : []));
    assert.deepEqual(lit, moment.arrows);
    const ran = view.$$(".wl-line").flatMap((line, index) => (line.classList.contains("wl-ran") ? [index] : []));
    assert.deepEqual(ran, moment.lines);
    if (moment.kind === "backward")
      assert.ok(names(view, ".wl-is-now.wl-node").includes(view.model.state.picture.nodes[arrows[lit[0]].source].name));
  };
  press(view, "Home");
  for (let at = 0; at < moments.length; at++, press(view, "ArrowRight")) check(at);
  for (let at = moments.length - 1; at > 0; at--, press(view, "ArrowLeft")) check(at);
  assert.deepEqual([view.model.saved, view.model.sent], [[], []]);
  view.destroy();
});

test("values and local gradients come with their step forward", async () => {
  const view = await mount("wl.BackwardStepper('line')");
  press(view, "Home");
  const values = () => view.$$(".wl-node > b").map((value) => value.textContent);
  const known = () => view.$$(".wl-local").filter((label) => label.style.visibility !== "hidden").length;
  assert.deepEqual([values(), known()], [["", "", "", ""], 0]);
  press(view, "ArrowRight");
  assert.deepEqual([values(), known()], [["6", "", "", ""], 2]);
  press(view, "End");
  assert.deepEqual([values(), known()], [["6", "5", "1", "1"], 7]);
  assert.equal(view.$(".wl-equation b").textContent, view.model.state.picture.moments.at(-1).equation.at(-1));
  view.destroy();
});

test("an input is sent as it was typed; what is refused stays in its field, Escape brings back what was", async () => {
  const view = await mount("wl.BackwardStepper('line')");
  const field = view.$(".wl-node input");
  assert.equal(field.getAttribute("aria-label"), "w, an input");
  field.value = "three";
  view.fire(field, "change");
  assert.deepEqual(view.model.sent.at(-1).content, { set: { name: "w", text: "three" } });
  view.model.receive({ error: "w: “three” can't be read as a number" });
  assert.equal(field.value, "three");
  view.key(field, "Escape");
  assert.equal(field.value, "3");
  view.destroy();
});

test("an edited value is drawn in the same fields, at the same step", async () => {
  const view = await mount("wl.BackwardStepper('line')");
  press(view, "End");
  const fields = view.$$(".wl-node input");
  const other = await mount("wl.BackwardStepper('line', w=-1)");
  view.model.receive({ picture: other.model.state.picture });
  assert.equal(fields[0].isConnected && fields[0].value, "−1");
  assert.match(view.$(".wl-player output").textContent, /^12 \/ 12|^11 \/ 11/);
  assert.equal(grads(view)[0], `grad ${other.model.state.picture.moments.at(-1).grads[0]}`);
  view.destroy();
  other.destroy();
});

test("with the focus on an input whose gradient is there, the caption says what it means", async () => {
  const view = await mount("wl.BackwardStepper('line')");
  const caption = () => view.$(".wl-caption").textContent;
  const field = view.$(".wl-node input");
  press(view, "Home");
  field.focus();
  assert.match(caption(), /^One weight and one bias/);
  press(view, "End");
  assert.match(caption(), /^With w raised by 0\.001, loss goes from 1 to/);
  field.blur();
  assert.match(caption(), /^Backward from/);
  view.destroy();
});

test("another expression is asked of the kernel, and drawn from its opening", async () => {
  const view = await mount("wl.BackwardStepper()");
  const select = view.$(".wl-controls select");
  select.value = "softmax";
  view.fire(select, "change");
  assert.deepEqual(view.model.saved, [{ expression: "softmax" }]);
  const other = await mount("wl.BackwardStepper('softmax')");
  view.model.receive({ expression: "softmax", picture: other.model.state.picture });
  assert.deepEqual(names(view, ".wl-node"), ["s0", "s1", "e0", "e1", "t", "p", "l", "loss"]);
  assert.match(view.$(".wl-caption").textContent, /^Now backward/);
  view.destroy();
});
