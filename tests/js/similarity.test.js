import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const SHOWN = "wl.SimilarityExplorer(ask=False)";
const rows = (view) => view.$$(".wl-row-of-mean");
const byText = (view, text) => view.$$("button").find((button) => button.textContent === text);

/** The pad, with a size: 280 CSS pixels for its 28 units. */
function padOf(view) {
  const pad = view.$(".wl-pad");
  pad.querySelector("svg").getBoundingClientRect = () => ({ left: 0, top: 0, width: 280, height: 280 });
  const pointer = (type, x, y, init = {}) => {
    const options = { clientX: 10 * x, clientY: 10 * y, pointerId: 1, button: 0, bubbles: true, cancelable: true };
    const event = new view.window.PointerEvent(type, { ...options, ...init });
    pad.dispatchEvent(event);
    return event;
  };
  return { pad, pointer };
}

test("before the prediction no row has a number, and a press predicts", async () => {
  const view = await mount("wl.SimilarityExplorer()");
  assert.equal(rows(view).length, 10);
  assert.ok(rows(view).every((row) => row.querySelector(".wl-value").textContent === ""));
  assert.equal(view.$(".wl-is-nearest"), null);
  rows(view)[5].click();
  assert.deepEqual(view.model.saved.at(-1), { guess: 5 });
  view.destroy();
});

test("until the table is there nothing can be pressed beside it, and a notice stands where it will be", async () => {
  const state = { table: {}, progress: { message: "Reading 10,000 test digits by L1 …" } };
  const view = await mount("wl.SimilarityExplorer('confusion')", { state });
  assert.deepEqual(
    ["‹", "›", "See it pixel by pixel"].map((text) => {
      const parts = view.$$(".wl-gallery button").find((button) => button.textContent === text);
      return parts.closest("[hidden]") !== null;
    }),
    [true, true, true],
  );
  assert.equal(view.$(".wl-progress").nextElementSibling, view.$(".wl-all"));
  view.destroy();
});

test("distances are bars, and the nearest is named", async () => {
  const view = await mount(SHOWN);
  const nearest = view.$$(".wl-is-nearest");
  assert.equal(nearest.length, 1);
  assert.equal(nearest[0].textContent, "1: 0.1775, it says");
  const widths = rows(view).map((row) => Number.parseFloat(row.querySelector(".wl-fill").style.width));
  assert.equal(Math.max(...widths), 100);
  assert.equal(widths.indexOf(Math.min(...widths)), 1);
  assert.ok(rows(view).every((row) => row.disabled)); // nothing to choose here
  view.destroy();
});

test("a pointer draws strokes with every point, and the sheet shows them at once", async () => {
  const view = await mount(SHOWN);
  const { pad, pointer } = padOf(view);
  assert.equal(pointer("pointerdown", 3, 4).defaultPrevented, true);
  pointer("pointermove", 12, 4);
  pointer("pointermove", 12, 4); // nothing new
  pointer("pointermove", 40, -3); // outside
  pointer("pointermove", 9, 9, { pointerId: 2 }); // another finger
  pointer("pointerup", 40, -3);
  pointer("pointermove", 1, 1);
  const [first] = view.model.saved;
  assert.deepEqual(first, { index: -1, strokes: [[[3, 4]]], pen_down: true, guess: -1, mean: -1 });
  const stroke = [[3, 4], [12, 4], [28, 0]]; // biome-ignore format: points
  assert.deepEqual(view.model.state.strokes, [stroke]);
  assert.equal(pad.querySelectorAll(".wl-strokes path").length, 1);
  pointer("pointerdown", 5, 5);
  pointer("pointerup", 5, 5);
  assert.deepEqual(view.model.state.strokes, [stroke, [[5, 5]]]);
  assert.equal(view.model.saved.at(-1).guess, undefined); // it goes on, and the prediction stays
  byText(view, "Undo").click();
  assert.deepEqual(view.model.state.strokes, [stroke]);
  byText(view, "Clear").click();
  assert.deepEqual(view.model.state.strokes, []);
  assert.equal(pad.querySelectorAll(".wl-strokes path").length, 0);
  byText(view, "Undo").click();
  assert.deepEqual(view.model.state.strokes, [stroke]);
  view.model.receive({ index: 3 });
  assert.equal(byText(view, "Undo").disabled, true);
  byText(view, "My drawing").click();
  assert.deepEqual(view.model.saved.at(-1), { index: -1, guess: -1, mean: -1 });
  assert.equal(pad.querySelectorAll(".wl-strokes path").length, 1);
  byText(view, "Undo").click();
  assert.deepEqual(view.model.state.strokes, []);
  view.destroy();
});

test("the pen is down for as long as a stroke is drawn, by pointer and by keys", async () => {
  const view = await mount(SHOWN);
  const { pad, pointer } = padOf(view);
  const isDown = () => view.model.state.pen_down;
  pointer("pointerdown", 3, 4);
  assert.equal(isDown(), true);
  pointer("pointermove", 12, 4);
  pointer("pointerup", 12, 4, { pointerId: 2 }); // another finger
  assert.equal(isDown(), true);
  pointer("pointerup", 12, 4);
  assert.deepEqual(view.model.saved.at(-1), { pen_down: false });
  for (const lift of [" ", "Escape", "blur"]) {
    view.key(pad, " ");
    view.key(pad, "ArrowUp");
    assert.equal(isDown(), true);
    if (lift === "blur") view.fire(pad, "blur");
    else view.key(pad, lift);
    assert.equal(isDown(), false);
  }
  view.key(pad, " ");
  byText(view, "Undo").click();
  assert.equal(isDown(), false);
  assert.match(view.$(".wl-keys").textContent, /Arrow keys .* Space/);
  view.destroy();
});

test("a finger does not scroll the page", async () => {
  const view = await mount(SHOWN);
  const touch = new view.window.Event("touchmove", { bubbles: true, cancelable: true });
  view.$(".wl-pad").dispatchEvent(touch);
  assert.equal(touch.defaultPrevented, true);
  view.destroy();
});

test("arrow keys move the pen, Space puts it down, and the page does not scroll", async () => {
  const view = await mount(SHOWN);
  const { pad } = padOf(view);
  const press = (key, init) => !view.key(pad, key, init);
  assert.ok(press("ArrowUp"));
  assert.deepEqual(view.model.saved, []);
  press(" ");
  press("ArrowRight");
  press("ArrowDown", { shiftKey: true });
  assert.deepEqual(view.model.state.strokes, [[[14, 13], [15, 13], [15, 13.2]]]); // biome-ignore format: points
  assert.match(view.$(".wl-pad + [role=status]").textContent, /Pen down at 14, 13/);
  press(" ");
  press("ArrowLeft");
  assert.equal(view.model.state.strokes[0].length, 3);
  press(" ");
  press("Escape");
  assert.deepEqual(view.model.state.strokes.at(-1), [[14, 13.2]]);
  assert.equal(press("ArrowUp", { ctrlKey: true }), false);
  view.destroy();
});

test("the sheet is bounded, and says so", async () => {
  const view = await mount(SHOWN);
  const { limits } = view.model.state;
  const long = Array.from({ length: limits.max_points - 2 }, (_, at) => [at % 28, 3]);
  view.model.receive({ index: -1, strokes: [long] });
  const { pointer } = padOf(view);
  const status = view.$(".wl-pad + [role=status]");
  pointer("pointerdown", 5, 5);
  pointer("pointermove", 6, 5);
  assert.equal(status.textContent, "");
  pointer("pointermove", 7, 5);
  pointer("pointerup", 7, 5);
  assert.deepEqual(view.model.state.strokes[1], [[5, 5], [6, 5]]); // biome-ignore format: points
  assert.match(status.textContent, /full/);
  assert.ok(!status.matches(".wl-visually-hidden"));

  view.model.receive({ strokes: Array.from({ length: limits.max_strokes }, () => [[1, 1]]) });
  const saves = view.model.saved.length;
  pointer("pointerdown", 5, 5);
  assert.equal(view.model.saved.length, saves);
  view.destroy();
});

test("what is being drawn is not replaced by an older answer", async () => {
  const view = await mount(SHOWN);
  const { pad, pointer } = padOf(view);
  pointer("pointerdown", 3, 4);
  pointer("pointermove", 9, 4);
  const { picture } = view.model.state;
  view.model.state.strokes = [[[3, 4]]]; // what the kernel knew a moment ago
  view.model.receive({ picture: { ...picture } });
  assert.match(pad.querySelector(".wl-strokes path").getAttribute("d"), /9 4/);
  view.destroy();
});

test("steps, metric and test digit are saved; a new digit is predicted anew", async () => {
  const view = await mount(SHOWN);
  const [scale] = view.$$(".wl-steps input");
  scale.checked = false;
  view.fire(scale, "change");
  assert.deepEqual(view.model.saved.at(-1), { scale: false });
  const l2 = view.$$(".wl-metric input")[1];
  l2.checked = true;
  view.fire(l2, "change");
  assert.deepEqual(view.model.saved.at(-1), { metric: "l2" });
  view.$("[aria-label='the next test digit']").click();
  assert.deepEqual(view.model.saved.at(-1), { index: 19, guess: -1, mean: -1 });
  const field = view.$("[type=number]");
  field.value = "123456";
  view.fire(field, "change");
  assert.deepEqual(view.model.sent.at(-1).content, { digit: "123456" });
  view.model.receive({ error: "the number of a test digit is at most 9,999, not 123,456" });
  assert.equal(field.value, "19"); // what is looked at
  view.destroy();
});

test("what was charged: a pixel of each image is pointed at, by keys too, and a row chooses the mean", async () => {
  const view = await mount("wl.SimilarityExplorer('charges')");
  assert.equal(view.$(".wl-tabs").hidden, true);
  assert.match(view.$(".wl-readout").textContent, /^Row 13, column 13: image a \d\.\d{3}, mean b \d\.\d{3}, charged/);
  const map = view.$(".wl-part-charge");
  view.key(map, "ArrowUp");
  view.key(map, "ArrowLeft");
  assert.match(view.$(".wl-readout").textContent, /^Row 12, column 12/);
  const marks = view.$$(".wl-pointed").map((mark) => [mark.getAttribute("x"), mark.getAttribute("y")]);
  assert.deepEqual(marks, Array(3).fill(["12", "12"]));
  for (let step = 0; step < 40; step++) view.key(map, "ArrowUp");
  assert.match(view.$(".wl-readout").textContent, /^Row 0,/);
  assert.equal(rows(view)[1].getAttribute("aria-pressed"), "true");
  rows(view)[3].click();
  assert.deepEqual(view.model.saved.at(-1), { mean: 3 });
  view.destroy();
});

const READ = (call) => `(lambda widget: (widget.wait(60), ${call}, widget.wait(60), widget)[-1])`;

test("the confusion matrix opens a cell, its digits and their pages, and keys go from cell to cell", async () => {
  const view = await mount(`${READ("widget.set_state({'cell': [5, 1]})")}(wl.SimilarityExplorer('confusion'))`);
  const cells = view.$$(".wl-confusion button");
  assert.equal(cells.length, 100);
  assert.equal(cells[51].getAttribute("aria-label"), "5 read as 1: 325 times");
  assert.equal(cells[51].getAttribute("aria-pressed"), "true");
  assert.equal(view.$$(".wl-digits button").length, 24);
  cells[0].focus();
  view.key(cells[0], "ArrowDown");
  view.key(cells[10], "End");
  assert.equal(view.window.document.activeElement, cells[19]);
  cells[21].click();
  assert.deepEqual(view.model.saved.at(-1), { cell: [2, 1], page: 0 });
  view.$("[aria-label='the digits after']").click();
  assert.deepEqual(view.model.saved.at(-1), { page: 1 });
  view.$(".wl-digits button").click();
  const { indices } = view.model.state.table;
  assert.equal(view.model.saved.at(-1).index, indices[0]);
  const { picture } = view.model.state;
  view.model.receive({ index: indices[0], picture: { ...picture, caption: "It says 1." } });
  assert.equal(view.$(".wl-picked").textContent, `Test digit ${indices[0]}. It says 1.`);
  assert.equal(view.$(".wl-picked + button").hidden, true); // this stage stands alone
  view.destroy();
});

test("the slider saves the shift, and the curve has a point for each that was tried", async () => {
  const view = await mount(`${READ("setattr(widget, 'pixels', 2)")}(wl.SimilarityExplorer('shift', metric='l2'))`);
  assert.equal(view.$$(".wl-point").length, 3);
  assert.match(view.$(".wl-plot svg").getAttribute("aria-label"), /0 px: 82\.03 %; 1 px: 72\.31 %; 2 px: 47\.96 %/);
  const slider = view.$("[type=range]");
  slider.value = "4";
  view.fire(slider, "input");
  assert.deepEqual(view.model.saved.at(-1), { pixels: 4 });
  view.model.receive({ progress: { message: "Reading 10,000 test digits by L2 …" } });
  assert.equal(view.$(".wl-progress").hidden, false);
  view.model.receive({ progress: {} });
  assert.equal(view.$(".wl-progress").hidden, true);
  view.destroy();
});

test("a challenge stands above the drawing and gives a hint", async () => {
  const view = await mount("wl.SimilarityExplorer(challenge='seven-as-one')");
  assert.equal(view.$(".wl-task").textContent, "Draw a 7 that is read as a 1.");
  view.$(".wl-challenge button").click();
  assert.deepEqual(view.model.sent.at(-1).content, { hint: true });
  view.destroy();
});
