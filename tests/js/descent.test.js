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
  assert.deepEqual(titles, ["b: how strongly ink counts for 0 and against 1", "mean loss of 2,000 digits"]);
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
  assert.match(view.$(".wl-legend").textContent, /the step of this batch.*the step of all digits.*2\/λ: above this/);
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

test("arrow keys put the ball elsewhere, along one axis or two", async () => {
  const view = await mount("wl.DescentExplorer()");
  const { low, high } = view.model.state.landscape.axes[0];
  for (const key of ["ArrowRight", "ArrowUp", "ArrowRight"]) view.key(view.$(".wl-ball"), key); // no second weight
  const [one, two] = [1, 2].map((presses) => [2 + (presses * (high - low)) / 24]);
  assert.deepEqual(view.model.saved, [
    { start: one, steps: [] },
    { start: two, steps: [] }, // although the first was not answered
  ]);
  view.$(".wl-ball").click();
  assert.deepEqual(sent(view).at(-1), { step: 1 });
  view.destroy();

  const plane = await mount("wl.DescentExplorer('plane')");
  plane.key(plane.$(".wl-ball"), "ArrowDown");
  const [a, b] = plane.model.saved[0].start;
  assert.ok(a === -1 && b < 3);
  plane.destroy();
});

/** Where places are in the drawing: what the pointer points at in it. */
function pointerIn(view) {
  const frame = view.$(".wl-frame");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(frame.getAttribute(name)));
  const [across, up] = view.model.state.landscape.axes;
  const at = ([a, b]) => ({
    clientX: x + ((a - across.low) / (across.high - across.low)) * width,
    clientY: y + height - ((b - up.low) / (up.high - up.low)) * height,
  });
  return (target, type, place, more = {}) =>
    target.dispatchEvent(
      new view.window.PointerEvent(type, {
        ...{ bubbles: true, cancelable: true, pointerId: 1, isPrimary: true, button: type === "pointermove" ? -1 : 0 },
        ...at(place),
        ...more,
      }),
    );
}
const starts = (view) => view.model.saved.map(({ start }) => start.map((t) => Math.round(t * 1000) / 1000));

test("a click beside the ball places it, and the ball goes along while it is dragged", async () => {
  const view = await mount("wl.DescentExplorer('plane')");
  const [ball, chart, ground] = [".wl-ball", ".wl-chart", ".wl-frame"].map(view.$);
  const pointer = pointerIn(view);
  pointer(ground, "pointerdown", [4, 1]);
  pointer(ground, "pointerup", [4, 1]);
  assert.deepEqual(starts(view), [[4, 1]]);
  assert.deepEqual(view.model.saved[0].steps, []);
  assert.equal(view.window.document.activeElement, ball);

  view.model.saved.length = 0;
  pointer(ball, "pointerdown", [-1, 3]);
  pointer(ball, "pointermove", [-1 + 0.01, 3]); // less than 3 px
  assert.deepEqual([starts(view), chart.classList.contains("wl-dragging")], [[], false]);
  pointer(ball, "pointermove", [1, 2]);
  pointer(ball, "pointermove", [2, 99]); // not beyond the frame
  pointer(ball, "pointermove", [0, 0], { pointerId: 2 }); // another finger
  assert.ok(chart.classList.contains("wl-dragging"));
  pointer(ball, "pointerup", [2, 99]);
  ball.click(); // comes with the release, and takes no step
  pointer(ball, "pointermove", [5, 0]);
  assert.deepEqual(starts(view), [
    [1, 2],
    [2, 4],
  ]);
  assert.deepEqual([sent(view), chart.classList.contains("wl-dragging")], [[], false]);
  await new Promise((resolve) => setTimeout(resolve));
  pointer(ball, "pointerdown", [2, 4]);
  pointer(ball, "pointerup", [2, 4]);
  ball.click();
  assert.deepEqual(sent(view), [{ step: 1 }]);
  view.destroy();
});

test("a ball that is grasped beside its middle does not jump, and the right button does not move it", async () => {
  const view = await mount("wl.DescentExplorer('plane')");
  const [ball, ground] = [".wl-ball", ".wl-frame"].map(view.$);
  const pointer = pointerIn(view);
  pointer(ground, "pointerdown", [4, 1], { button: 2 });
  pointer(ball, "pointerdown", [-0.9, 3.1]);
  pointer(ball, "pointermove", [1.1, 2.1]);
  assert.deepEqual(starts(view), [[1, 2]]);
  view.destroy();
});

test("Escape puts a dragged ball back, with its path", async () => {
  const view = await mount("wl.DescentExplorer('plane')");
  const ball = view.$(".wl-ball");
  const pointer = pointerIn(view);
  const kept = { start: [1, 1], steps: [[0.5, 2000, 0]] };
  view.model.receive(kept);
  view.key(ball, "Escape"); // nothing is held
  assert.deepEqual(view.model.saved, []);
  pointer(ball, "pointerdown", [-1, 3]);
  pointer(ball, "pointermove", [3, 1]);
  assert.deepEqual(view.model.state.steps, []);
  view.key(ball, "Escape");
  assert.deepEqual(view.model.saved.at(-1), kept);
  pointer(ball, "pointermove", [5, 1]);
  pointer(ball, "pointerup", [5, 1]);
  ball.click();
  assert.deepEqual([view.model.saved.length, sent(view)], [2, []]);
  view.destroy();
});

test("each number of a contour has a ground that hides the line, and the true arrow lies on the batch’s", async () => {
  const view = await mount("wl.DescentExplorer('plane', batch=16)");
  const grounds = view.$$(".wl-ground");
  assert.ok(grounds.length > 3 && grounds.length === view.$$(".wl-loss").length);
  for (const ground of grounds) assert.ok(ground.nextElementSibling.classList.contains("wl-loss"));
  const arrows = view.$$(".wl-arrow").map((arrow) => arrow.getAttribute("class"));
  assert.deepEqual(arrows, ["wl-arrow wl-arrow-batch", "wl-arrow wl-arrow-all"]);
  view.destroy();
});

test("the numbers of contours do not lie on one another on a phone", async () => {
  for (const width of [300, 900]) {
    const prepare = ({ HTMLElement }) =>
      Object.defineProperty(HTMLElement.prototype, "clientWidth", { get: () => width });
    const view = await mount("wl.DescentExplorer('plane')", { prepare });
    const boxes = view.$$(".wl-loss").map((text) => {
      const [x, y] = ["x", "y"].map((name) => Number(text.getAttribute(name)));
      const size = 7 * text.textContent.length;
      return { left: text.getAttribute("text-anchor") === "end" ? x - size : x, size, y };
    });
    assert.ok(boxes.length >= 5, `${boxes.length} numbers at ${width}`);
    for (const [at, one] of boxes.entries())
      for (const other of boxes.slice(at + 1))
        assert.ok(
          Math.abs(one.y - other.y) >= 12 || one.left + one.size <= other.left || other.left + other.size <= one.left,
          `${JSON.stringify([one, other])} at ${width}`,
        );
    view.destroy();
  }
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
  assert.match(
    view.$(".wl-legend").textContent,
    /Very short steps are drawn longer, to be seen. Drag the ball, or click to place it/,
  );
  view.destroy();
});
