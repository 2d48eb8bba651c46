import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const press = (view, name) =>
  view
    .$$(".wl-controls button")
    .find((one) => one.textContent === name)
    .click();
const sent = (view) => view.model.sent.map(({ content }) => content);

test("draws the curve, the ball where Python puts it, and the step that is next", async () => {
  const view = await mount("wl.DescentExplorer()");
  const { landscape, picture } = view.model.state;
  assert.equal(view.$(".wl-curve").getAttribute("d").split("L").length, landscape.curve.length);
  const titles = view.$$(".wl-title").map((title) => title.textContent);
  assert.deepEqual(titles, ["b: ink speaks for 0 and against 1", "mean loss of 2,000 digits"]);
  assert.match(view.$(".wl-ball").getAttribute("aria-label"), /^the ball, at b = 2, loss 6\.41/);
  assert.equal(view.$$(".wl-arrow").length, 1);
  assert.equal(view.$(".wl-arithmetic code").textContent, picture.arithmetic[0]);
  assert.equal(view.$(".wl-limit").textContent, "2/λ = 1.78");
  assert.equal(view.$(".wl-track").style.getPropertyValue("--share"), String(picture.limit.share));
  view.destroy();
});

test("two weights have contours, one scale, and the arrow of a batch beside the true one", async () => {
  const view = await mount("wl.DescentExplorer('plane', batch=16)");
  const { landscape } = view.model.state;
  assert.equal(view.$$(".wl-contour").length, landscape.contours.length);
  const [across, up] = landscape.axes;
  const frame = view.$(".wl-frame");
  const [width, height] = ["width", "height"].map((name) => Number(frame.getAttribute(name)));
  assert.ok(Math.abs(width / (across.high - across.low) - height / (up.high - up.low)) < 1e-6);
  assert.ok(view.$(".wl-arrow-all") && view.$(".wl-arrow-batch"));
  assert.match(view.$(".wl-legend").textContent, /a step by this batch.*a step by all digits/);
  view.destroy();
});

test("what is pressed is asked of the kernel, and an unusable button is grey", async () => {
  const view = await mount("wl.DescentExplorer()");
  const disabled = () => view.$$(".wl-controls button:disabled").map((one) => one.textContent);
  assert.deepEqual(disabled(), ["Back", "Another batch"]);
  for (const name of ["Step", "10 steps", "Start again"]) press(view, name);
  assert.deepEqual(sent(view), [{ step: 1 }, { step: 10 }, { restart: true }]);
  view.model.receive({ batch: 16, picture: { ...view.model.state.picture, taken: 1 } });
  assert.deepEqual(disabled(), []);
  const selects = view.$$("select");
  selects[0].value = "plane";
  view.fire(selects[0], "change");
  selects[1].value = "squared error";
  view.fire(selects[1], "change");
  assert.deepEqual(sent(view).slice(-2), [{ choose: "plane" }, { loss: "squared error" }]);
  view.destroy();
});

test("sliders set the learning rate and the batch, whose last stop is all", async () => {
  const view = await mount("wl.DescentExplorer()");
  const [rate, batch] = view.$$(".wl-slider input");
  const { rates } = view.model.state.choices;
  rate.value = String(rates.indexOf(2.5));
  view.fire(rate, "input");
  assert.equal(batch.getAttribute("aria-valuetext"), "all 2,000");
  batch.value = "4";
  view.fire(batch, "input");
  assert.deepEqual(view.model.saved, [{ lr: 2.5 }, { batch: 16 }]);
  view.destroy();
});

test("arrow keys put the ball elsewhere, along one axis or two, and the pointer does", async () => {
  const view = await mount("wl.DescentExplorer()");
  const { low, high } = view.model.state.landscape.axes[0];
  view.key(view.$(".wl-ball"), "ArrowRight");
  view.key(view.$(".wl-ball"), "ArrowUp"); // there is no second weight
  assert.deepEqual(sent(view), [{ put: [2 + (high - low) / 24] }]);
  view.$(".wl-ball").click();
  assert.deepEqual(sent(view).at(-1), { step: 1 });
  view.destroy();

  const plane = await mount("wl.DescentExplorer('plane')");
  plane.key(plane.$(".wl-ball"), "ArrowDown");
  const [a, b] = sent(plane)[0].put;
  assert.ok(a === -1 && b < 3);
  plane.destroy();
});

test("while the ball moves, the landscape is not drawn again", async () => {
  const view = await mount("wl.DescentExplorer()");
  const curve = view.$(".wl-curve");
  const { picture } = view.model.state;
  const points = [...picture.points, { at: [9, 1], outside: true, text: "b = 20, loss 90" }];
  view.model.receive({ picture: { ...picture, points, taken: 1 } });
  assert.equal(view.$(".wl-curve"), curve);
  assert.ok(view.$(".wl-ball").classList.contains("wl-outside"));
  assert.equal(view.$$(".wl-was").length, 1);
  view.destroy();
});

test("a challenge stands above the drawing and gives hints", async () => {
  const view = await mount("wl.DescentExplorer(challenge='swing')");
  assert.match(view.$(".wl-task").textContent, /swing for ever/);
  view.$(".wl-challenge button").click();
  assert.deepEqual(sent(view), [{ hint: true }]);
  view.destroy();
});

test("a short arrow is drawn longer, in its own direction", async () => {
  const view = await mount("wl.DescentExplorer('plane', batch=16)");
  const { picture } = view.model.state;
  const { at } = picture.points.at(-1);
  const goal = { at, outside: false, text: "", direction: [0.6, -0.8] };
  view.model.receive({ picture: { ...picture, arrows: { all: goal, batch: goal } } });
  for (const line of view.$$(".wl-arrow line")) {
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
    const length = Math.hypot(x2 - x1, y2 - y1);
    assert.ok(length > 20 && Math.abs((x2 - x1) / length - 0.6) < 1e-6 && y2 > y1);
  }
  assert.match(view.$(".wl-legend").textContent, /short steps are drawn longer. Click to place the ball/);
  view.destroy();
});
