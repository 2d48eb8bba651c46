import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const PICTURES = {
  weights: PIXEL,
  rows: 1,
  weights_are: "Weights of the ten classes",
  misread: PIXEL,
  pairs: [["5", "8"]],
};
const run = (number, curve, more = {}) => ({
  ...{
    number,
    title: `run of ${number}`,
    steps: "20",
    epoch: "2.00",
    loss: "0.1",
    accuracy: "0.9",
    ended: false,
    done: false,
  },
  ...{ curve, ...more },
});
const RUNS = [
  run(1, [
    [0.1, 2.3, 0.2],
    [1, 0.4, 0.9],
    [2, 0.3, 0.92],
  ]),
  run(2, [
    [0.1, 2.2, 0.3],
    [1, 0.2, 0.95],
  ]),
];
const named = (view, name) => view.$$(".wl-controls button").find((one) => one.textContent === name);
const sent = (view) => view.model.sent.map(({ content }) => content).slice(1); // after the view's own
const withRuns = (view, chosen = 1, runs = RUNS) =>
  view.model.receive({ chosen, picture: { runs, epochs: 2, said: "Run 2 after 20 steps." }, pictures: PICTURES });

test("before the first run only training can be asked for", async () => {
  const view = await mount("wl.TrainingRun()");
  const usable = view.$$(".wl-controls button:not(:disabled)").map((one) => one.textContent);
  assert.deepEqual(usable, ["Train a new run", "Step", "Start again"]);
  assert.equal(view.$(".wl-runs").hidden, true);
  named(view, "Train a new run").click();
  named(view, "Step").click();
  assert.deepEqual(sent(view), [{ train: true }, { step: true }]);
  view.destroy();
});

test("each run is a curve in both charts, told apart by dashes and numbers; the chosen one is on top", async () => {
  const view = await mount("wl.TrainingRun()");
  withRuns(view);
  const [loss, accuracy] = view.$$(".wl-charts svg");
  for (const chart of [loss, accuracy]) {
    const curves = [...chart.querySelectorAll(".wl-curve")];
    assert.equal(curves.length, 2);
    assert.ok(curves[1].classList.contains("wl-is-chosen") && !curves[0].classList.contains("wl-is-chosen"));
    const dashes = curves.map((curve) => curve.querySelector("path").getAttribute("stroke-dasharray"));
    assert.notEqual(dashes[0], dashes[1]);
    assert.match(chart.getAttribute("aria-label"), /by epoch\. Run 2 after 20 steps\./);
  }
  const ends = (chart) => [...chart.querySelectorAll("circle")].map((circle) => Number(circle.getAttribute("cy")));
  assert.ok(ends(loss)[1] > ends(loss)[0], "a smaller loss is lower");
  assert.ok(ends(accuracy)[1] < ends(accuracy)[0], "a better accuracy is higher");
  view.destroy();
});

test("curves grow as points come", async () => {
  const view = await mount("wl.TrainingRun()");
  withRuns(view, 0, [run(1, RUNS[0].curve.slice(0, 2))]);
  const points = () => view.$(".wl-curve path").getAttribute("d").split("L").length;
  assert.equal(points(), 2);
  withRuns(view, 0, [RUNS[0]]);
  assert.equal(points(), 3);
  view.destroy();
});

test("a row for each run chooses it; the focus stays on the row that was pressed", async () => {
  const view = await mount("wl.TrainingRun()");
  withRuns(view);
  const rows = () => view.$$(".wl-runs tbody button");
  assert.deepEqual(
    rows().map((row) => row.getAttribute("aria-pressed")),
    ["false", "true"],
  );
  rows()[0].focus();
  rows()[0].click();
  assert.deepEqual(sent(view), [{ choose: 0 }]);
  withRuns(view, 0);
  assert.equal(view.window.document.activeElement, rows()[0]);
  view.destroy();
});

test("one button pauses and goes on; a stopped run does neither", async () => {
  const view = await mount("wl.TrainingRun()");
  withRuns(view);
  assert.ok(named(view, "Go on"));
  named(view, "Go on").click();
  view.model.receive({ progress: { message: "Training run 2", fraction: 0.5, left: "3 s left" } });
  assert.equal(view.$(".wl-status").textContent, "Training run 2 …3 s left");
  assert.equal(view.$("progress").value, 0.5);
  named(view, "Pause").click();
  assert.deepEqual(sent(view), [{ go_on: true }, { pause: true }]);
  view.model.receive({ progress: {} });
  withRuns(view, 0, [run(1, RUNS[0].curve, { ended: true })]);
  const disabled = view.$$(".wl-controls button:disabled").map((one) => one.textContent);
  assert.deepEqual(disabled, ["Go on", "Step", "Stop"]);
  withRuns(view, 0, [run(1, RUNS[0].curve, { done: true, finished: "All 5 epochs are done." })]);
  assert.match(view.$(".wl-status").textContent, /All 5 epochs are done/);
  view.destroy();
});

test("weights and misread digits are named", async () => {
  const view = await mount("wl.TrainingRun()");
  assert.equal(view.$(".wl-sheet").getAttribute("src"), null);
  withRuns(view);
  assert.equal(view.$(".wl-sheet").getAttribute("alt"), "Weights of the ten classes");
  assert.equal(view.$(".wl-ink").getAttribute("aria-label"), "misread: 5 as 8");
  assert.equal(view.$(".wl-pairs").textContent, "5→8");
  view.destroy();
});

test("settings and the learning rate are inputs", async () => {
  const view = await mount("wl.TrainingRun()");
  const [hidden, batch] = view.$$(".wl-controls select");
  hidden.value = "0";
  view.fire(hidden, "change");
  batch.value = "64";
  view.fire(batch, "change");
  const rate = view.$(".wl-slider input");
  rate.value = "0";
  view.fire(rate, "input");
  assert.deepEqual(view.model.saved, [{ hidden: 0 }, { batch: 64 }, { lr: 0.01 }]);
  view.destroy();
});
