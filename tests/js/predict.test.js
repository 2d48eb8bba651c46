import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

test("typing and submitting saves what was typed, and the verdict of the kernel is shown", async () => {
  const view = await mount("wl.Predict('What shape?', answer=(3, 3), because='the ones stretch')");
  view.$("input").value = " 3, 1 ";
  view.fire(view.$("form"), "submit");
  assert.deepEqual(view.model.saved.at(-1), { given: "3, 1" });
  view.model.receive({ verdict: "You said shape (3, 1); it is (3, 3).", right: false, reason: "the ones stretch" });
  assert.equal(view.$(".wl-outcome").textContent, "✗ You said shape (3, 1); it is (3, 3). The ones stretch.");
  assert.equal(view.$(".wl-wrong").textContent, "✗"); // the words are in ink
});

test("after a verdict there is nothing to predict until another answer is entered", async () => {
  const view = await mount("wl.Predict('How many?', answer=3)");
  const check = view.$("button[type=submit]");
  assert.equal(check.textContent, "Predict");
  view.$("input").value = "4";
  check.focus();
  view.fire(view.$("form"), "submit");
  view.model.receive({ verdict: "You said 4; it is 3.", right: false, reason: "" });
  assert.ok(check.hidden);
  assert.equal(view.window.document.activeElement.textContent, "Start again"); // the focus isn't lost
  view.$("input").value = "3";
  view.fire(view.$("input"), "input", { bubbles: true });
  assert.equal(check.hidden ? "hidden" : check.textContent, "Predict again");
  view.window.document.activeElement.click();
  assert.deepEqual(view.model.saved.at(-1), { given: "", error: "" });
  view.model.receive({ verdict: "", right: false, reason: "" });
  assert.equal(check.hidden ? "hidden" : check.textContent, "Predict");
  assert.equal(view.window.document.activeElement, view.$("input"));
});

test("what can't be read is said below the form", async () => {
  const view = await mount("wl.Predict('How many?', answer=3)");
  const below = view.$("form").compareDocumentPosition(view.$(".wl-error")) & 4; // DOCUMENT_POSITION_FOLLOWING
  assert.ok(below);
});

test("long choices stand one below the other, and a screen reader hears no backticks", async () => {
  const short = await mount("wl.Predict('What is `t[:, 1]`?', answer='1, 4', choices=['1, 4', '2, 5'])");
  assert.equal(short.$(".wl-column"), null);
  assert.equal(short.$("[role=radiogroup]").getAttribute("aria-label"), "What is t[:, 1]?");
  const long = ["the vector is repeated until it is long enough", "the third column stays as it is"];
  const view = await mount(`wl.Predict('And now?', answer='${long[0]}', choices=${JSON.stringify(long)})`);
  assert.ok(view.$(".wl-column"));
  const typed = await mount("wl.Predict('How many in `xs`?', answer=3)");
  assert.equal(typed.$("input").getAttribute("aria-label"), "How many in xs? Type a number");
});

test("an empty prediction is not sent", async () => {
  const view = await mount("wl.Predict('How many?', answer=3)");
  view.fire(view.$("form"), "submit");
  assert.deepEqual(view.model.saved, []);
});

test("an empty choice is not sent either, and the first option gets the focus", async () => {
  const view = await mount("wl.Predict('Which?', answer='a', choices=['a', 'b'])");
  view.fire(view.$("form"), "submit");
  assert.deepEqual(view.model.saved, []);
  assert.equal(view.window.document.activeElement, view.$$("input")[0]);
});

test("choices are radio buttons, grouped apart in each view", async () => {
  const view = await mount("wl.Predict('Which?', answer='a', choices=['a', 'b'])");
  const other = await mount("", { model: view.model });
  assert.notEqual(view.$("input").name, other.$("input").name);
  other.destroy();
  view.$$("input")[1].checked = true;
  view.fire(view.$("form"), "submit");
  assert.deepEqual(view.model.saved.at(-1), { given: "b" });
});

test("a page is told when there is a verdict, and when there is none any more", async () => {
  const view = await mount("wl.Predict('How many?', answer=3)");
  const heard = [];
  for (const name of ["wl-answered", "wl-cleared"])
    view.window.document.addEventListener(name, ({ type, target }) => heard.push([type, target.className]));
  view.model.receive({ given: "two", error: "“two” can't be read" });
  assert.deepEqual(heard, []);
  view.model.receive({ given: "4", error: "", verdict: "You said 4; it is 3." });
  view.model.receive({ reason: "" });
  view.model.receive({ given: "", verdict: "" });
  assert.deepEqual(heard, [
    ["wl-answered", "wl wl-predict"],
    ["wl-cleared", "wl wl-predict"],
  ]);
});

test("a page is told of a verdict that is there from the beginning", async () => {
  const { model } = await mount("wl.Predict('How many?', answer=3)", { state: { verdict: "Right: 3." } });
  const view = await mount("", { model });
  assert.ok(view.$(".wl-predict").hasAttribute("data-answered"));
});
