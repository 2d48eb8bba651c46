// A ball on a cut through a real loss, stepped by gradients of real digits. Layout only: numbers come from Python.

import { createChallenge } from "../shared/challenge.js";
import { button, createMore, dropdown, keepFocus, slider } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { grouped } from "../shared/format.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createChart } from "./chart.js";

const MANY = 10; // steps at a press
const rounded = (coordinate) => Math.round(coordinate * 1e4) / 1e4;

/** The learning rate with the computed limit marked, and the batch: { nodes, show() }. */
function createSliders(model, view) {
  const { rates, batches, digits } = model.get("choices");
  const rate = slider({
    label: "learning rate",
    name: "learning rate",
    values: rates,
    value: model.get("lr"),
    oninput: (lr) => view.save({ lr }),
  });
  const batch = slider({
    label: "batch",
    name: "batch: digits a step",
    values: batches,
    value: model.get("batch"),
    text: (value) => (value === digits ? `all ${grouped(value)}` : grouped(value)),
    oninput: (value) => view.save({ batch: value }),
  });
  const mark = h("i", { "aria-hidden": "true" });
  const limit = h("span", { class: "wl-limit" });
  const track = h("span", { class: "wl-track" });
  rate.input.replaceWith(track);
  track.append(rate.input, mark, limit);
  return {
    nodes: [rate.node, batch.node],
    show() {
      rate.show(model.get("lr"));
      batch.show(model.get("batch"));
      const { share, text } = model.get("picture").limit;
      track.style.setProperty("--share", String(share));
      limit.textContent = text;
      rate.input.setAttribute("aria-description", `${text} at the bottom`);
    },
  };
}

/** What moves the ball: { nodes, show() }. */
function createMoves(model, root) {
  const step = button("Step", () => model.send({ step: 1 }), { class: "wl-primary" });
  const many = button(`${MANY} steps`, () => model.send({ step: MANY }));
  const back = button("Back", () => model.send({ back: true }));
  const another = button("Another batch", () => model.send({ another: true }));
  const again = button("Start again", () => model.send({ restart: true }));
  return {
    nodes: [step, many, back, another, again],
    show() {
      const grey = () => {
        back.disabled = !model.get("picture").taken;
        another.disabled = model.get("batch") === model.get("choices").digits;
      };
      keepFocus(root, grey, [step]);
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "descent", "Descent explorer");
  const { views, losses } = model.get("choices");
  const options = (pairs) => pairs.map(([value, text]) => ({ value, text }));
  const choice = dropdown("weights", options(views), model.get("view"), (key) => model.send({ choose: key }));
  const loss = dropdown("loss", options(losses), model.get("loss"), (key) => model.send({ loss: key }));
  const challenge = createChallenge(() => model.send({ hint: true }));
  const sliders = createSliders(model, view);
  const moves = createMoves(model, view.root);
  const chart = createChart({
    // As inputs, of which the page sends the next once the last is answered, and the newest only.
    onput: (place) => view.save({ start: place.map(rounded), steps: [] }),
    onhold() {
      const before = { start: model.get("start"), steps: model.get("steps") };
      return () => view.save(before);
    },
    onstep: () => model.send({ step: 1 }),
  });
  const room = createRoom(view, { onchange: draw });
  const arithmetic = h("div", { class: "wl-arithmetic" });
  const legend = h("p", { class: "wl-legend" });
  view.stage.append(chart.node);
  view.stage.before(challenge.node);
  view.controls.append(...sliders.nodes, ...moves.nodes, choice.node, createMore(loss.node));
  view.controls.before(legend);
  view.caption.before(arithmetic);

  function draw() {
    const picture = model.get("picture");
    chart.show(model.get("landscape"), picture, room.width);
    choice.select.value = model.get("view");
    loss.select.value = model.get("loss");
    sliders.show();
    moves.show();
    challenge.show(model.get("challenge"));
    const both = picture.arrows.all !== undefined;
    legend.replaceChildren(
      key("batch", both ? "the step of this batch" : "the step of all digits"),
      ...(both ? [key("all", "the step of all digits")] : []),
      key("path", "the path"),
      key("limit", "2/λ: above this the ball can’t come to rest"),
      h(
        "span",
        { class: "wl-quiet" },
        "Very short steps are drawn longer, to be seen. Drag the ball, or click to place it.",
      ),
    );
    view.caption.replaceChildren(...prose(picture.said));
    arithmetic.replaceChildren(
      h("span", { class: "wl-quiet" }, "the next step"),
      ...picture.arithmetic.map((line) => h("code", {}, line)),
    );
  }

  view.listen(["landscape", "picture", "challenge", "view", "loss", "lr", "batch", "choices"], draw);
  room.measure();
  draw();
  return view.destroy;
}

const key = (name, text) => h("span", { class: `wl-key wl-key-${name}` }, h("i", { "aria-hidden": "true" }), text);

export default { render };
