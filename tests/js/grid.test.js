import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const ROWS = "wl.KernelGrid(cell=(5, 7))";
const COLUMNS = "wl.KernelGrid(x='column', cell=(5, 7))";
const named = (view, label) => view.$$("[aria-label]").find((node) => node.getAttribute("aria-label") === label);
const number = (node, name) => Number(node.getAttribute(name));
const app = (view) => view.$("[role=application]");

test("3,125 blocks are drawn as the first, the last and those around the chosen one", async () => {
  const view = await mount(ROWS);
  const tiles = view.$$(".wl-tile");
  assert.deepEqual(
    tiles.map((tile) => tile.getAttribute("aria-label")),
    ["block (0, 0)", "block (1, 0)", "block (3123, 0)", "block (3124, 0)"],
  );
  assert.match(view.$(".wl-overview").textContent, /3,121 more/);
  assert.deepEqual(
    view.$$(".wl-block-number").map((label) => label.textContent),
    ["0", "0", "1", "3,123", "3,124"],
  );
  assert.equal(named(view, "block (0, 0)").getAttribute("aria-pressed"), "true");
  named(view, "block (3124, 0)").dispatchEvent(new Event("click"));
  assert.deepEqual(view.model.saved.at(-1), { cell: [49_984, 0] });
  view.destroy();
});

test("the part of a block beyond c is hatched, and its warps are told apart", async () => {
  const view = await mount(ROWS);
  const warps = view.$$(".wl-warp");
  assert.equal(warps.length, 8);
  for (const warp of warps) assert.equal(warp.getAttribute("d").match(/M/g).length, 32);
  const idle = view.$(".wl-idle");
  assert.match(idle.getAttribute("fill"), /^url\(#wl-idle-\d+\)$/);
  assert.equal(idle.getAttribute("d").match(/M/g).length, 6 * 16); // 6 of 16 columns
  // what the chosen warp reads: all 16 rows, two columns
  assert.equal(view.$$(".wl-of-i:is(.wl-read, .wl-own)").length, 16);
  assert.equal(view.$$(".wl-of-j:is(.wl-read, .wl-own)").length, 2);
  assert.equal(view.$$(".wl-warp.wl-is-chosen").length, 1);
  view.destroy();
});

test("the threads beyond c are hatched in the grid too, under what lies inside", async () => {
  const view = await mount(ROWS);
  for (const tile of view.$$(".wl-tile")) {
    const [, hatched, inside] = tile.querySelectorAll("rect");
    assert.equal(view.$(hatched.getAttribute("fill").slice(4, -1)).tagName, "pattern");
    assert.equal(number(hatched, "width") * (10 / 16), number(inside, "width"));
  }
  view.destroy();
});

test("the number of a warp stands in it and not on the chosen thread", async () => {
  for (const cell of ["(0, 0)", "(5, 7)", "(15, 1)", "(8, 4)"]) {
    const view = await mount(`wl.KernelGrid(64, 64, cell=${cell})`);
    const [left, top, wide] = ["x", "y", "width"].map((name) => number(view.$(".wl-thread"), name));
    const numbers = view.$$("svg .wl-number");
    assert.equal(numbers.length, 8);
    numbers.forEach((text, warp) => {
      const [x, y] = ["x", "y"].map((name) => number(text, name));
      const across = x < left + wide && x + 8 > left;
      assert.ok(!across || y + 7 < top || y - 7 > top + wide, `${text.textContent} at ${cell}`);
      assert.ok(x >= 60 + 2 * warp * wide && x + 8 <= 60 + 2 * (warp + 1) * wide, "two columns a warp");
    });
    view.destroy();
  }
});

test("two views have a hatching of their own each", async () => {
  const first = await mount(ROWS);
  const second = await mount(ROWS, { model: first.model });
  assert.notEqual(first.$("pattern").id, second.$("pattern").id);
  first.destroy();
  second.destroy();
});

test("keys go from thread to thread, to the first and the last, and not beyond the grid", async () => {
  const view = await mount(ROWS);
  const keys = { ArrowDown: [6, 7], ArrowRight: [6, 8], ArrowUp: [5, 8], ArrowLeft: [5, 7], PageDown: [21, 7] };
  for (const [key, cell] of Object.entries(keys)) {
    view.key(app(view), key);
    assert.deepEqual(view.model.saved.at(-1), { cell });
  }
  view.key(app(view), "End");
  assert.deepEqual(view.model.saved.at(-1), { cell: [49_999, 15] });
  view.key(app(view), "ArrowDown");
  assert.deepEqual(view.model.saved.at(-1), { cell: [49_999, 15] });
  view.key(app(view), "Home");
  assert.deepEqual(view.model.saved.at(-1), { cell: [0, 0] });
  const saved = view.model.saved.length;
  view.key(app(view), "x");
  view.key(app(view), "End", { ctrlKey: true });
  assert.equal(view.model.saved.length, saved);
  view.destroy();
});

test("a click on a thread chooses it", async () => {
  const view = await mount(ROWS);
  const svg = app(view).firstElementChild;
  svg.getScreenCTM = () => ({ a: 2, d: 2, e: 100, f: 10 }); // drawn at twice its size
  const thread = view.$(".wl-thread");
  const [x, y, side] = ["x", "y", "width"].map((name) => number(thread, name));
  const init = { bubbles: true, clientX: 100 + 2 * (x + 1.5 * side), clientY: 10 + 2 * (y + 2.5 * side) };
  svg.dispatchEvent(new MouseEvent("click", init));
  assert.deepEqual(view.model.saved.at(-1), { cell: [7, 8] });
  svg.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: 0, clientY: 0 }));
  assert.equal(view.model.saved.length, 1);
  view.destroy();
});

test("warps are chosen by pointer and keys, and pointed at in the block", async () => {
  const view = await mount(ROWS);
  const strips = view.$$(".wl-strip");
  assert.deepEqual(strips.map((strip) => strip.getAttribute("aria-label")).slice(4, 6), [
    "warp 4: 32 of 32 at work",
    "warp 5: idle",
  ]);
  assert.equal(strips[3].getAttribute("aria-pressed"), "true");
  strips[3].focus();
  view.key(strips[3], "ArrowDown");
  assert.equal(view.$$(".wl-outline.wl-pointed").length, 1);
  view.key(strips[4], "Enter");
  assert.deepEqual(view.model.saved.at(-1), { cell: [0, 8] });
  // what the kernel answers keeps the focus on the warp that is chosen now
  view.model.receive({ picture: stateOf("wl.KernelGrid(cell=(0, 8))").picture });
  assert.equal(view.window.document.activeElement.getAttribute("aria-label"), "warp 4: 32 of 32 at work");
  view.destroy();
});

test("tiles are walked by keys", async () => {
  const view = await mount(ROWS);
  const tile = named(view, "block (0, 0)");
  tile.focus();
  view.key(tile, "ArrowUp");
  assert.equal(view.window.document.activeElement, tile);
  view.key(tile, "ArrowDown");
  view.key(named(view, "block (1, 0)"), "ArrowDown");
  view.key(named(view, "block (3123, 0)"), "End");
  view.key(view.window.document.activeElement, " ");
  assert.deepEqual(view.model.saved.at(-1), { cell: [49_984, 0] });
  view.destroy();
});

test("swapped, every warp turns by a right angle from where it lay, unless motion is unwanted", async () => {
  const view = await mount(ROWS);
  view.$(".wl-swap").click();
  assert.deepEqual(view.model.saved.at(-1), { x: "column" });
  const turns = [];
  const element = Object.getPrototypeOf(Object.getPrototypeOf(view.$(".wl-warp")));
  element.animate = (frames, { duration }) => turns.push([frames[0].transform, duration]);
  view.model.receive({ picture: stateOf(COLUMNS).picture });
  assert.equal(turns.length, 16); // each warp and its outline
  assert.match(turns[0][0], /^translate\(-140px, 140px\) rotate\(-?90deg\)$/); // from the left edge to the top
  assert.ok(turns.every(([, duration]) => duration >= 150 && duration <= 250));
  view.model.receive({ picture: stateOf("wl.KernelGrid(x='column', cell=(6, 7))").picture });
  assert.equal(turns.length, 16); // the same axes: nothing turns
  globalThis.matchMedia = () => ({ matches: true });
  view.model.receive({ picture: stateOf(ROWS).picture });
  assert.equal(turns.length, 16);
  delete element.animate;
  view.destroy();
});

test("sectors are boxes of eight words, those that are wanted filled", async () => {
  const rows = await mount("wl.KernelGrid(cell=(5, 7), result='float64')");
  const boxes = (view) =>
    view
      .$$(".wl-requests svg")
      .map((svg) => [
        svg.querySelectorAll(".wl-sector").length,
        svg.querySelectorAll(".wl-wanted").length,
        Math.max(...[...svg.querySelectorAll(".wl-wanted")].map((rect) => number(rect, "width"))),
      ]);
  assert.deepEqual(boxes(rows), [
    [16, 16, 2],
    [1, 1, 4],
    [16, 16, 8],
  ]);
  rows.destroy();
  const columns = await mount("wl.KernelGrid(x='column', cell=(5, 7), result='float64')");
  assert.deepEqual(boxes(columns), [
    [2, 2, 2],
    [2, 2, 16],
    [5, 5, 16],
  ]);
  assert.equal(columns.$(".wl-requests p").textContent, "reads a[i, k] 2 sectors for 2 numbers, 12.5\u00a0% used");
  columns.destroy();
});

test("sliders, fields and the menu say what the learner wants, and show what holds", async () => {
  const view = await mount(ROWS);
  const slider = view.$('[aria-label="threads of a block along y"]');
  slider.value = String(Number(slider.value) + 1);
  view.fire(slider, "input");
  assert.deepEqual(view.model.saved.at(-1), { threads: [16, 20] });
  const send = (label, text) => {
    const input = view.$(`[aria-label="${label}"]`);
    input.value = text;
    view.fire(input, "change");
    return view.model.sent.at(-1).content;
  };
  assert.deepEqual(send("rows of c", "ten"), { size: { name: "m", text: "ten" } });
  assert.deepEqual(send("columns of c", "20"), { size: { name: "n", text: "20" } });
  assert.deepEqual(send("threads of a block, as in 16, 16", "32, 8"), { threads: "32, 8" });
  view.model.receive({ picture: stateOf("wl.KernelGrid(1000, 20, threads=(32, 8))").picture, threads: [32, 8] });
  assert.equal(view.$('[aria-label="rows of c"]').value, "1,000");
  assert.equal(view.$('[aria-label="threads of a block along x"]').getAttribute("aria-valuetext"), "32");
  assert.match(view.$("pre").textContent, /math\.ceil\(1_000 \/ 32\), math\.ceil\(20 \/ 8\)\) {2}# \(32, 3\)/);
  view.destroy();
});

test("a block of 1,024 threads in a line, and a thin one, stay inside their drawing", async () => {
  for (const threads of ["(1024, 1)", "(1, 1024)", "(10, 6)"]) {
    const view = await mount(`wl.KernelGrid(3000, 3000, threads=${threads})`);
    const [, , width, height] = app(view).firstElementChild.getAttribute("viewBox").split(" ").map(Number);
    for (const path of view.$$(".wl-outline")) {
      for (const [, x, y] of path.getAttribute("d").matchAll(/M([\d.]+) ([\d.]+)/g))
        assert.ok(Number(x) <= width && Number(y) <= height, threads);
    }
    assert.ok(number(view.$(".wl-thread"), "width") > 0.3);
    view.destroy();
  }
});
