import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const LADDER = "wl.MatmulLadder(m=5, k=784, n=10)";
const row = (view, key) => view.$(`[data-key="${key}"]`);
const timed = (seconds, more = {}) => ({
  state: "measured",
  seconds,
  time: "x",
  spread: "±1 %",
  speedup: "2×",
  rate: "1 GFLOP/s",
  check: "✓ right",
  notes: [],
  ...more,
});

test("every rung has a row, a name and its code on demand; greyed ones say why", async () => {
  const view = await mount(LADDER);
  const rungs = view.model.get("rungs");
  assert.equal(view.$$(".wl-rung").length, rungs.length);
  const reveal = row(view, "dot").querySelector(".wl-reveal");
  const code = row(view, "dot").querySelector("pre");
  assert.equal(code.hidden, true);
  reveal.click();
  assert.equal(code.hidden, false);
  assert.equal(reveal.getAttribute("aria-expanded"), "true");
  assert.match(code.textContent, /torch\.dot/);
  for (const rung of rungs.filter((entry) => entry.unavailable)) {
    assert.ok(row(view, rung.key).textContent.includes(rung.unavailable));
    assert.equal(view.$(`option[value="${rung.key}"]`).disabled, true);
    assert.equal(row(view, rung.key).querySelector("input"), null);
    assert.ok(row(view, rung.key).closest("details.wl-folded"), "out of the way");
  }
  view.destroy();
});

test("a bar is as long as its time on the log axis, and an estimate looks different", async () => {
  const view = await mount(LADDER);
  const { low, high } = view.model.get("axis");
  view.model.receive({
    results: { dot: timed(Math.sqrt(low * high)), numpy: timed(low * 10, { state: "estimated" }) },
  });
  assert.equal(row(view, "dot").querySelector(".wl-bar").style.width, "50.00%");
  assert.equal(row(view, "numpy").querySelector(".wl-bar").classList.contains("wl-estimated"), true);
  // Nothing else is said by a class: `wl-none` and its like are what other drawings put a frame around.
  for (const key of ["dot", "matmul"]) assert.equal(row(view, key).querySelector(".wl-bar").className, "wl-bar");
  view.destroy();
});

test("a prediction is the stop that was dragged to, said with its text", async () => {
  const view = await mount(LADDER);
  const slider = row(view, "dot").querySelector("input");
  slider.value = 10;
  view.fire(slider, "input");
  const stop = view.model.get("axis").stops[10];
  assert.deepEqual(view.model.saved.at(-1), { predictions: { dot: stop.seconds } });
  assert.equal(slider.getAttribute("aria-valuetext"), stop.text);
  assert.equal(row(view, "matmul").querySelector("input").getAttribute("aria-valuetext"), "not predicted yet");
  view.destroy();
});

test("a wrong answer shows a message and a crossed map, no bar", async () => {
  const view = await mount(LADDER);
  const picture = {
    rows: 2,
    cols: 2,
    wrong: [
      [false, true],
      [false, false],
    ],
    label: "Where C is wrong",
  };
  view.model.receive({
    results: { dot: { state: "wrong", time: "✗ wrong", message: "c[0, 1] is 2, expected 1", picture } },
  });
  assert.equal(parseFloat(row(view, "dot").querySelector(".wl-bar").style.width), 0);
  assert.match(row(view, "dot").textContent, /c\[0, 1\] is 2, expected 1/);
  assert.equal(row(view, "dot").querySelectorAll(".wl-cross").length, 1);
  assert.equal(row(view, "dot").querySelector(".wl-picture").getAttribute("aria-label"), "Where C is wrong");
  view.destroy();
});

test("run, cancel and start again are messages; buttons follow what is running", async () => {
  const view = await mount(LADDER);
  const button = (text) => view.$$("button").find((node) => node.textContent === text);
  assert.equal(button("Cancel").disabled, true);
  button("Time it").click();
  assert.deepEqual(view.model.sent.at(-1).content, { run: ["matmul"] });
  view.model.receive({ progress: { key: "matmul", fraction: 0.5, message: "row 2 of 4" } });
  assert.equal(button("Run the ladder").disabled, true);
  assert.equal(view.$("[role=status]").textContent, "row 2 of 4");
  button("Cancel").click();
  assert.deepEqual(view.model.sent.at(-1).content, { cancel: true });
  view.model.receive({ progress: {}, cost: { message: "", refusal: "Not attempted: too big." } });
  assert.equal(button("Time it").disabled, true);
  assert.match(view.$(".wl-refused").textContent, /too big/);
  view.destroy();
});

test("the size sliders are fine at the small end, coarse at the large, and save the size", async () => {
  const view = await mount(LADDER);
  const stops = view.model.get("stops").m;
  assert.equal(stops[1] - stops[0], 1);
  assert.ok(stops.at(-1) - stops.at(-2) > 1000);
  const input = view.$("input[aria-label^='m:']");
  input.value = stops.length - 1;
  view.fire(input, "input");
  assert.deepEqual(view.model.saved.at(-1), { m: 50000 });
  view.destroy();
});

test("the preset whose sizes are in force is pressed, and none at a size of one's own", async () => {
  const view = await mount(LADDER);
  const pressed = () => view.$$("[aria-pressed=true]").map((each) => each.textContent);
  assert.deepEqual(pressed(), ["5 digits"]);
  view
    .$$("button")
    .find((each) => each.textContent === "all 50,000")
    .click();
  assert.deepEqual(pressed(), ["all 50,000"]);
  view.model.set("n", 11);
  assert.deepEqual(pressed(), []);
  view.destroy();
});

test("a view says when it opens and when it is removed", async () => {
  const view = await mount(LADDER);
  assert.deepEqual(view.model.sent[0].content, { view: 1 });
  view.destroy();
  assert.deepEqual(view.model.sent.at(-1).content, { view: -1 });
});

test("what can't run here is one line that says why, and opens", async () => {
  const view = await mount(LADDER);
  const rungs = view.model.get("rungs").map((rung) => ({ ...rung, unavailable: "" }));
  view.model.receive({ rungs });
  assert.equal(view.$(".wl-folded").hidden, true);
  const reason = "no CUDA device on this machine";
  view.model.receive({ rungs: rungs.map((rung, at) => (at > 1 && at < 4 ? { ...rung, unavailable: reason } : rung)) });
  assert.equal(view.$(".wl-folded").hidden, false);
  assert.equal(view.$(".wl-folded summary").textContent, `${rungs[2].title}, ${rungs[3].title}: ${reason}`);
  assert.equal(view.$$(".wl-folded .wl-rung").length, 2);
  view.destroy();
});

test("who waits hears it politely beside the buttons, and no bar moves", async () => {
  const view = await mount(LADDER);
  view.model.receive({ progress: { key: "numpy", fraction: 0, message: "numpy @: two before you" } });
  const line = view.$(".wl-busy");
  assert.equal(line.querySelector('[role="status"]').textContent, "numpy @: two before you");
  assert.equal(line.querySelector("progress").getAttribute("value"), "0");
  assert.equal(line.previousElementSibling, view.$("details.wl-folded"), "below the rungs");
  assert.equal(view.$$("button").find((button) => button.textContent === "Cancel").disabled, false);
  view.destroy();
});

test("how sure the times are is said once, in the line of the progress, which keeps its height", async () => {
  const view = await mount(LADDER);
  view.model.receive({ notice: "Other programs were running." });
  assert.equal(view.$("[role=status]").textContent, "Other programs were running.");
  assert.equal(view.$("progress").hidden, true);
  view.model.receive({ progress: { key: "dot", fraction: null, message: "torch.dot: starting" } });
  assert.equal(view.$("[role=status]").textContent, "torch.dot: starting");
  assert.equal(view.$("progress").hidden, false);
  view.destroy();
});

test("a compact ladder has bars, times and one button, and nothing to predict", async () => {
  const view = await mount("wl.MatmulLadder(show=('python', 'python-lists'), compact=True)");
  assert.deepEqual(
    view.$$(".wl-rung").map((node) => node.dataset.key),
    ["python", "python-lists"],
  );
  assert.equal(view.$$("input").length, 0);
  assert.deepEqual(
    view.$$(".wl-controls button").map((node) => node.textContent),
    ["Time it", "Cancel"],
  );
  view.$$(".wl-controls button")[0].click();
  assert.deepEqual(view.model.sent.at(-1).content, { run: "ladder" });
  view.model.receive({ results: { python: timed(0.3) } });
  assert.ok(parseFloat(row(view, "python").querySelector(".wl-bar").style.width) > 0);
  view.destroy();
});

test("rows take the order that comes, gliding from where they were, and the focus stays", async () => {
  const view = await mount(LADDER);
  const keys = () => view.$$(".wl-stage > .wl-rungs > .wl-rung").map((node) => node.dataset.key);
  const first = keys();
  const focused = row(view, "dot").querySelector("input");
  focused.focus();
  const tops = new Map(first.map((key, index) => [key, 40 * index]));
  const glided = [];
  for (const node of view.$$(".wl-rung")) {
    node.getBoundingClientRect = () => ({ top: 40 * keys().indexOf(node.dataset.key) });
    node.animate = (frames, { duration }) => glided.push([node.dataset.key, frames[0].transform, duration]);
  }
  const order = [first[1], first[0], ...first.slice(2)];
  view.model.receive({ order: [...order, "torch-cuda"] });
  assert.deepEqual(keys(), order);
  assert.deepEqual(glided, [
    [first[1], `translateY(${tops.get(first[1])}px)`, 200],
    [first[0], "translateY(-40px)", 200],
  ]);
  assert.equal(document.activeElement, focused);
  view.model.receive({ results: { dot: timed(1e-3) } });
  assert.equal(glided.length, 2, "what stays where it is does not move");
  view.destroy();
});

test("without motion the rows are in order at once", async () => {
  const view = await mount(LADDER, {
    prepare: (window) => {
      globalThis.matchMedia = window.matchMedia = () => ({ matches: true });
    },
  });
  const nodes = view.$$(".wl-stage > .wl-rungs > .wl-rung");
  for (const node of nodes) {
    node.getBoundingClientRect = () => ({ top: 40 * [...node.parentNode.children].indexOf(node) });
    node.animate = () => assert.fail("it moves");
  }
  const order = nodes.map((node) => node.dataset.key).reverse();
  view.model.receive({ order });
  assert.deepEqual(
    view.$$(".wl-stage > .wl-rungs > .wl-rung").map((node) => node.dataset.key),
    order,
  );
  view.destroy();
});

test("the order of time can be switched off, and a rung that came after the order is on top", async () => {
  const view = await mount(LADDER);
  const box = view.$$("label").find((node) => node.textContent === "in order of time");
  const input = box.querySelector("input");
  assert.equal(input.checked, true);
  input.checked = false;
  view.fire(input, "change");
  assert.deepEqual(view.model.saved.at(-1), { sort: false });
  const mine = { key: "mine", title: "mine", code: "", unavailable: "" };
  view.model.receive({ rungs: [...view.model.get("rungs"), mine] });
  assert.equal(view.$(".wl-rung").dataset.key, "mine");
  view.destroy();
});

test("code that is open stays open, with the focus, when the rungs come again or another joins them", async () => {
  const view = await mount("wl.MatmulLadder()");
  const code = (title) => view.$(`[aria-label="code of ${title}"]`);
  const [, first] = view.model.state.rungs;
  code(first.title).focus();
  code(first.title).click();
  const rungs = structuredClone(view.model.state.rungs);
  view.model.receive({ rungs }); // as the kernel answers a new view
  assert.equal(view.window.document.activeElement, code(first.title));
  assert.equal(code(first.title).getAttribute("aria-expanded"), "true");
  const joined = { ...rungs[0], key: "rung-1", title: "my matmul" };
  view.model.receive({ rungs: [joined, ...rungs], order: ["rung-1", ...view.model.state.order] });
  assert.equal(code(first.title).getAttribute("aria-expanded"), "true");
  code("my matmul").focus();
  view.model.receive({ rungs: [{ ...joined, code: "def my_matmul(a, b): ..." }, ...rungs] }); // its cell was run again
  assert.equal(view.window.document.activeElement, code("my matmul"));
  view.destroy();
});
