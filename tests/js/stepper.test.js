import assert from "node:assert/strict";
import { test } from "node:test";
import { mount as mountWidget } from "./harness.js";

const STRATEGIES = ["ijk", "kij", "dot", "broadcast", "outer"];
const PYTHON_STEPS = { ijk: 24, kij: 24, dot: 6, broadcast: 3, outer: 4 }; // of (3, 4) times (4, 2)

/** Mounts with a stand-in for Element.animate, which happy-dom lacks; `animations` are those started. */
async function mount(expression, options) {
  const view = await mountWidget(expression, options);
  view.animations = [];
  view.window.Element.prototype.animate = function (frames) {
    const animation = { element: this, frames, cancelled: false, cancel: () => (animation.cancelled = true) };
    view.animations.push(animation);
    return animation;
  };
  view.press = (key) => view.key(view.$(".wl-player input"), key);
  view.c = () => view.$$(".wl-cell[tabindex]").map((cell) => cell.querySelector("text").textContent);
  view.choose = (key) => view.$(`input[value=${key}]`).click();
  view.slide = (index, value) => {
    const input = view.$$(".wl-slider input")[index];
    input.value = String(value);
    view.fire(input, "input");
  };
  return view;
}

/** c after the first `count` runs of the strategy's code, by plain arithmetic on the numbers sent. */
function c(view, key, count, [m, k, n]) {
  const [a, b] = [view.model.state.a, view.model.state.b].map((rows) => rows.map((row) => row.map(Number)));
  const out = Array.from({ length: m }, () => Array(n).fill(0));
  const add = (i, j, t) => (out[i][j] += a[i][t] * b[t][j]);
  const loop = (length, body) => {
    for (let index = 0; index < length; index++) body(index);
  };
  let left = count;
  const run = (body) => {
    if (left-- > 0) body();
  };
  if (key === "ijk") loop(m, (i) => loop(n, (j) => loop(k, (t) => run(() => add(i, j, t)))));
  if (key === "kij") loop(k, (t) => loop(m, (i) => loop(n, (j) => run(() => add(i, j, t)))));
  if (key === "dot") loop(m, (i) => loop(n, (j) => run(() => loop(k, (t) => add(i, j, t)))));
  if (key === "broadcast") loop(m, (i) => run(() => loop(n, (j) => loop(k, (t) => add(i, j, t)))));
  if (key === "outer") loop(k, (t) => run(() => loop(m, (i) => loop(n, (j) => add(i, j, t)))));
  return out.flat().map(String);
}

for (const key of STRATEGIES) {
  test(`${key}: every step there and back shows what the loops hold then, without the kernel`, async () => {
    const view = await mount(`wl.LoopStepper(strategy="${key}")`);
    view.press("Home");
    for (let step = 0; step <= PYTHON_STEPS[key]; step++) {
      assert.deepEqual(view.c(), c(view, key, step, [3, 4, 2]), `after step ${step}`);
      assert.match(view.$(".wl-counts").textContent, new RegExp(`^${step} of ${PYTHON_STEPS[key]} steps`));
      view.press("ArrowRight");
    }
    for (let step = PYTHON_STEPS[key] - 1; step >= 0; step--) {
      view.press("ArrowLeft");
      assert.deepEqual(view.c(), c(view, key, step, [3, 4, 2]), `back at step ${step}`);
    }
    assert.deepEqual([view.model.saved, view.model.sent], [[], []]);
    view.destroy();
  });
}

test("opens a few steps in, with the cells, the line, the loop variables and the equation of that moment", async () => {
  const view = await mount("wl.LoopStepper()");
  assert.equal(view.$(".wl-counts").textContent, "7 of 24 steps by Python, 7 of 24 products");
  assert.deepEqual(
    view.$$(".wl-on-i text, .wl-on-j text").map((text) => text.textContent),
    ["3", "5"],
  );
  assert.equal(view.$(".wl-cell.wl-on").getAttribute("aria-label"), "c[0, 1] = 23, 3 of 4 products");
  assert.equal(view.$$(".wl-held").length, 7);
  assert.match(view.$(".wl-now").textContent, /c\[i, j\] \+= a\[i, k\] \* b\[k, j\]/);
  assert.equal(view.$(".wl-line .wl-value").textContent, "m = 3  inner = 4  n = 2  "); // in the lesson's words
  assert.equal(view.$(".wl-line .wl-k").textContent, "inner");
  assert.deepEqual(
    view
      .$$(".wl-value")
      .slice(2, 5)
      .map((value) => value.textContent),
    ["i = 0", "j = 1", "k = 2"],
  );
  assert.match(view.$(".wl-equations").textContent, /c\[0, 1\] \+= a\[0, 2\] · b\[2, 1\]: 8 \+ 3·5 = 23/);
  assert.match(view.$("svg [role=img]").getAttribute("aria-label"), /After step 7 of 24: c\[0, 1\] \+= .* = 23/);
  view.press("Home");
  assert.match(view.$(".wl-now").textContent, /c = torch\.zeros/);
  assert.equal(view.$(".wl-equations p:not([hidden])").textContent, "C is all zeros.");
  view.destroy();
});

test("opens with at least one step taken, however few there are", async () => {
  const view = await mount("wl.LoopStepper([[2]], [[3]], 'dot')");
  assert.equal(view.$(".wl-counts").textContent, "1 of 1 steps by Python, 1 of 1 products");
  view.destroy();
});

test("a step moves what is there: no cell, no line of code is made again", async () => {
  const view = await mount("wl.LoopStepper(strategy='outer')");
  view.press("Home");
  const before = view.$$(".wl-bench > svg *, pre *, .wl-equations *");
  view.press("ArrowRight");
  view.press("ArrowRight");
  assert.ok(before.length > 100);
  const after = new Set(view.$$(".wl-bench > svg *, pre *, .wl-equations *"));
  assert.deepEqual(
    before.filter((node) => !after.has(node)).map((node) => node.outerHTML),
    [],
  );
  view.destroy();
});

test("the steps of every strategy are always shown; choosing one keeps the share of the work", async () => {
  const view = await mount("wl.LoopStepper()");
  const totals = () => view.$$(".wl-option output").map((output) => output.textContent);
  assert.deepEqual(totals(), ["24", "24", "6", "3", "4"]);
  for (let step = 0; step < 5; step++) view.press("ArrowRight");
  for (const [key, at] of [
    ["dot", 3],
    ["ijk", 12],
    ["outer", 2],
  ]) {
    view.choose(key);
    assert.deepEqual(view.model.saved.at(-1), { strategy: key });
    assert.equal(view.$(".wl-player output").textContent, `${at} / ${PYTHON_STEPS[key]}`);
    assert.equal(view.$(`input[value=${key}]`).checked, true);
  }
  assert.equal(view.$(".wl-now").textContent.trim(), "c += torch.outer(a[:, k], b[k, :])");
  assert.deepEqual(totals(), ["24", "24", "6", "3", "4"]);
  view.destroy();
});

test("sizes change the picture and every count without the kernel's answer", async () => {
  const view = await mount("wl.LoopStepper()");
  view.slide(0, 4);
  view.slide(1, 4);
  view.slide(2, 0);
  assert.deepEqual(view.model.saved.at(-1), { n: 1 });
  assert.deepEqual(
    view.$$(".wl-option output").map((output) => output.textContent),
    ["25", "25", "5", "5", "5"],
  );
  for (const key of STRATEGIES) {
    view.choose(key);
    view.press("End");
    assert.deepEqual(view.c(), c(view, key, 25, [5, 5, 1]));
  }
  view.destroy();
});

test("highlighting a cell of C frames its row and column and writes its products out, during a run", async () => {
  const view = await mount("wl.LoopStepper(strategy='kij')");
  const cell = view.$$(".wl-cell[tabindex]")[3];
  const frame = (letter) => view.$(`.wl-frame.wl-${letter}`);
  view.fire(cell.querySelector("rect"), "pointerover");
  assert.equal(
    view.$(".wl-caption").textContent,
    "c[1, 1] is row 1 of A times column 1 of B: 4·4 + 7·0 + 6·5 + 8·2 = 16 + 0 + 30 + 16 = 62.",
  );
  assert.deepEqual(
    ["i", "j", "ink"].map((letter) => frame(letter).getAttribute("visibility")),
    ["visible", "visible", "visible"],
  );
  view.press("ArrowRight");
  assert.match(view.$(".wl-caption").textContent, /= 62\.$/);
  view.fire(cell.parentNode, "pointerleave");
  assert.match(view.$(".wl-caption").textContent, /^The same products in another order/);
  assert.equal(frame("i").getAttribute("visibility"), "hidden");
  view.destroy();
});

test("the cells of C are one tab stop; arrows move among them and do not step", async () => {
  const view = await mount("wl.LoopStepper()");
  const cells = view.$$(".wl-cell[tabindex]");
  const stops = () => cells.filter((cell) => cell.getAttribute("tabindex") === "0");
  assert.deepEqual(stops(), [cells[0]]);
  cells[0].focus();
  for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) view.key(view.window.document.activeElement, key);
  assert.equal(view.window.document.activeElement, cells[3]);
  assert.deepEqual(stops(), [cells[3]]);
  assert.match(view.$(".wl-caption").textContent, /^c\[1, 1\] is row 1 of A/);
  assert.equal(view.$(".wl-player output").textContent, "7 / 24");
  view.fire(cells[0], "pointerover");
  assert.match(view.$(".wl-caption").textContent, /^c\[0, 0\]/);
  view.fire(cells[0].parentNode, "pointerleave");
  assert.match(view.$(".wl-caption").textContent, /^c\[1, 1\]/, "the focus is still there");
  view.destroy();
});

test("plays by itself to the end, and stops when the view goes", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const view = await mount("wl.LoopStepper(strategy='dot')");
  view.press(" ");
  for (let tick = 0; tick < 3; tick++) context.mock.timers.tick(700);
  assert.equal(view.$(".wl-player output").textContent, "5 / 6");
  view.destroy();
  context.mock.timers.tick(7000);
  assert.equal(view.$(".wl-player output").textContent, "5 / 6");
});

test("the factors of a step forward travel to C; not back, in a hurry, or with reduced motion", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const view = await mount("wl.LoopStepper(strategy='dot')");
  const animationsOf = (key, pause) => {
    const before = view.animations.length;
    now += pause;
    view.press(key);
    return view.animations.slice(before);
  };
  const animations = animationsOf("ArrowRight", 1000);
  const chips = animations.filter((animation) => animation.element.classList.contains("wl-chip"));
  assert.deepEqual(
    chips.map((animation) => animation.element.textContent),
    ["4", "1", "7", "2", "6", "3", "8", "6"],
    "a[1, t] and b[t, 0]",
  );
  assert.equal(new Set(chips.map((animation) => animation.frames.at(-1).transform)).size, 1, "all end in one cell");
  assert.equal(animationsOf("ArrowRight", 50).length, 0, "in a hurry");
  assert.ok(animations.every((animation) => animation.cancelled));
  assert.equal(animationsOf("ArrowLeft", 1000).length, 0);
  globalThis.matchMedia = () => ({ matches: true });
  assert.equal(animationsOf("ArrowRight", 1000).length, 0);
  view.destroy();
});

test("numbers that are not whole are rounded in their cells and exact on hover", async () => {
  const view = await mount("wl.LoopStepper([[-0.123456, 1234.5]], [[2.0], [float('nan')]], 'outer')");
  const cells = view.$$(".wl-cell");
  assert.deepEqual(
    cells.map((cell) => cell.querySelector("text").textContent),
    ["−0.12", "1230", "2", "nan", "−0.25"],
  );
  assert.deepEqual(
    cells.map((cell) => cell.querySelector("title").textContent),
    ["-0.123456", "1234.5", "2", "nan", "-0.246912"],
  );
  assert.match(view.$(".wl-equations").textContent, /0 \+ \(−0\.12\)·2 ≈ −0\.25/);
  view.destroy();
});

test("a size the kernel refused leaves the picture whole", async () => {
  const view = await mount("wl.LoopStepper()");
  view.model.receive({ m: 99, error: "LoopStepper: m=99 is not a size of these matrices: m goes from 1 to 5." });
  assert.equal(view.$$(".wl-cell[tabindex]").length, 10);
  assert.match(view.$("[role=alert]").textContent, /m goes from 1 to 5/);
  view.destroy();
});

test("the keys still work after the step button has greyed out under the focus", async () => {
  const view = await mount("wl.LoopStepper(strategy='broadcast')");
  const step = view.$("[aria-label='one step']");
  step.focus();
  step.click();
  step.click();
  assert.equal(step.disabled, true);
  assert.ok(view.el.contains(view.window.document.activeElement));
  view.key(view.window.document.activeElement, "ArrowLeft");
  assert.equal(view.$(".wl-player output").textContent, "2 / 3");
  view.destroy();
});
