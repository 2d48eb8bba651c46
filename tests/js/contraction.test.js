import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const THREE = "wl.ContractionPath('ij,jk,k->i', (2000, 2000), (2000, 2000), (2000,))";
const FOUR = "wl.ContractionPath('ab,bc,cd,de->ae', (2, 3), (3, 4), (4, 5), (5, 6))";

const tiles = (view) => view.$$(".wl-tile");
const sent = (view) => view.model.sent.map(({ content }) => content).filter((content) => !("view" in content));
const at = (tile) =>
  tile
    .getAttribute("style")
    .match(/[\d.-]+/g)
    .map(Number);
const caption = (view) => view.$(".wl-caption").textContent;

test("operands stand in a row, and each result below and between what it is made of", async () => {
  const view = await mount(`(lambda w: (w.contract(0, 1), w)[1])(${FOUR})`);
  assert.equal(tiles(view).length, 5);
  const [a, b, c, d, ab] = tiles(view).map(at);
  assert.ok(a[0] < b[0] && b[0] < c[0] && c[0] < d[0]);
  assert.ok(a[1] === b[1] && b[1] === c[1] && c[1] === d[1] && ab[1] > a[1]);
  assert.equal(ab[0], (a[0] + b[0]) / 2);
  assert.equal(view.$$(".wl-edge").length, 2);
  view.destroy();
});

test("a letter has the colour of its axis", async () => {
  const view = await mount(THREE);
  const letters = tiles(view).flatMap((tile) => [...tile.querySelectorAll(".wl-letters tspan:not(.wl-quiet)")]);
  assert.deepEqual(
    letters.map((letter) => `${letter.textContent} ${letter.getAttribute("class")}`),
    ["i wl-i", "j wl-k", "j wl-k", "k wl-k", "k wl-k"],
  );
  view.destroy();
});

test("no two lines cross: what is contracted stands side by side", async () => {
  const view = await mount(`(lambda w: (w.contract(0, 3), w)[1])(${FOUR})`);
  const [a, b, c, d] = tiles(view).map((tile) => at(tile)[0]);
  assert.ok(a < d && d < b && b < c);
  view.destroy();
});

test("the whole tree has its height before it is there", async () => {
  const before = await mount(THREE);
  const after = await mount(`(lambda w: (w.contract(0, 1), w)[1])(${THREE})`);
  const height = (view) => view.$(".wl-tree svg").getAttribute("viewBox").split(" ")[3];
  assert.equal(height(before), height(after));
  before.destroy();
  after.destroy();
});

test("results that are still to be made stand below as outlines", async () => {
  const before = await mount(FOUR);
  const outlines = before.$$(".wl-to-come").map((rect) => Number(rect.getAttribute("y")));
  assert.equal(outlines.length, 3);
  assert.ok(outlines.every((y) => y >= at(tiles(before)[0])[1] + 60));
  before.destroy();
  const after = await mount(`(lambda w: (w.take("left to right"), w)[1])(${FOUR})`);
  assert.equal(after.$$(".wl-to-come").length, 0);
  after.destroy();
});

test("Enter chooses, the arrows tell what it would cost, Enter contracts, Escape lets go", async () => {
  const view = await mount(THREE);
  const [first, second] = tiles(view);
  first.focus();
  view.key(first, "Enter");
  assert.equal(first.getAttribute("aria-pressed"), "true");
  assert.match(caption(view), /choose the array/);
  view.key(first, "ArrowRight");
  assert.match(caption(view), /takes 16\.0 billion operations and makes ik/);
  assert.ok(second.classList.contains("wl-is-target"));
  view.key(second, "Escape");
  assert.match(caption(view), /^Drag one array/);
  view.key(second, "Enter");
  second.focus();
  view.key(second, "ArrowRight");
  view.key(tiles(view)[2], "Enter");
  assert.deepEqual(sent(view), [{ contract: [1, 2] }]);
  view.destroy();
});

test("a pointer that rests on the chosen tile does not take the other one away", async () => {
  const view = await mount(THREE);
  const [first, second] = tiles(view);
  view.key(first, "Enter");
  second.focus();
  assert.match(caption(view), /makes ik/);
  first.dispatchEvent(new view.window.Event("pointerover", { bubbles: true }));
  assert.match(caption(view), /makes ik/);
  assert.ok(second.classList.contains("wl-is-target"));
  view.destroy();
});

test("Delete takes a result apart, and leaves operands alone", async () => {
  const view = await mount(`(lambda w: (w.contract(0, 1), w)[1])(${FOUR})`);
  view.key(tiles(view)[0], "Delete");
  view.key(tiles(view)[4], "Delete");
  assert.deepEqual(sent(view), [{ apart: 4 }]);
  view.destroy();
});

test("what a contraction would undo is said before it is done", async () => {
  const view = await mount(`(lambda w: (w.contract(0, 1), w)[1])(${THREE})`);
  const [, b, c, ab] = tiles(view);
  b.focus();
  view.key(b, "Enter");
  c.focus();
  assert.match(caption(view), /take apart/);
  ab.focus();
  assert.match(caption(view), /part of the other/);
  view.destroy();
});

test("the best order is told once the learner has one, and can be shown", async () => {
  const before = await mount(FOUR);
  assert.doesNotMatch(before.$(".wl-orders").textContent, /best/);
  before.destroy();
  const view = await mount(`(lambda w: (w.take("left to right"), w)[1])(${FOUR})`);
  assert.match(view.$(".wl-orders").textContent, /the best order of pairs/);
  const shown = view.$$(".wl-orders button").filter((button) => !button.hidden);
  shown.forEach((button) => button.click());
  for (const message of sent(view)) assert.ok(["greedy", "optimal"].includes(message.take));
  view.destroy();
});

test("Time it asks for times, and Cancel takes its place meanwhile", async () => {
  const view = await mount(THREE);
  const named = (text) => view.$$("button").find((button) => button.textContent === text);
  named("Time it").click();
  view.model.set("progress", { message: "Timing your order" });
  assert.ok(named("Time it").hidden && !named("Cancel").hidden);
  named("Cancel").click();
  assert.deepEqual(sent(view), [{ time: true }, { cancel: true }]);
  view.destroy();
});
