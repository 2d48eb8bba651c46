// Networks in training: curves that grow, weights, misread digits, several runs. Layout only: numbers are from Python.
import { button, dropdown, keepFocus, slider } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createCharts } from "./charts.js";
import { createPictures } from "./pictures.js";
import { createTable } from "./table.js";

/** The settings of the next run, and the learning rate: { nodes, show() }. */
function createSettings(model, view) {
  const { rates, batches, hidden } = model.get("choices");
  const options = (pairs) => pairs.map(([value, text]) => ({ value: String(value), text: String(text) }));
  const size = dropdown("hidden layer", options(hidden), String(model.get("hidden")), (value) =>
    view.save({ hidden: Number(value) }),
  );
  const batch = dropdown("batch", options(batches.map((each) => [each, each])), String(model.get("batch")), (value) =>
    view.save({ batch: Number(value) }),
  );
  const rate = slider({
    label: "learning rate",
    name: "learning rate, of the chosen run too",
    values: rates,
    value: model.get("lr"),
    oninput: (lr) => view.save({ lr }),
  });
  return {
    nodes: [size.node, batch.node, rate.node],
    show() {
      size.select.value = String(model.get("hidden"));
      batch.select.value = String(model.get("batch"));
      rate.show(model.get("lr"));
    },
  };
}

/** What starts and stops: { nodes, show() }. Nothing changes its place. */
function createRun(model, root) {
  const ask = (name) => () => model.send({ [name]: true });
  const train = button("Train a new run", ask("train"), { class: "wl-primary" });
  const pause = button("Pause", () => model.send({ [model.get("progress").message ? "pause" : "go_on"]: true }), {
    class: "wl-pause",
  });
  const step = button("Step", ask("step"), { title: "one batch" });
  const stop = button("Stop", ask("stop"), { title: "end the chosen run for good" });
  const restart = button("Start again", () => model.send({ restart: true }));
  return {
    nodes: [train, pause, step, stop, restart],
    show() {
      const run = model.get("picture").runs[model.get("chosen")];
      const busy = Boolean(model.get("progress").message);
      const grey = () => {
        pause.textContent = busy || !run ? "Pause" : "Go on";
        pause.disabled = !busy && (!run || run.ended);
        step.disabled = Boolean(run && (run.ended || run.done));
        stop.disabled = !run || run.ended;
      };
      keepFocus(root, grey, [pause, train]);
    },
  };
}

/** What trains now: { node, show() }; one line that keeps its height. */
function createStatus(model) {
  const bar = h("progress", { max: 1, "aria-label": "training" });
  const message = h("span", { role: "status" });
  const left = h("span", { class: "wl-quiet" });
  return {
    node: h("div", { class: "wl-status" }, bar, message, left),
    show() {
      const { message: text, fraction, left: time } = model.get("progress");
      bar.hidden = !text;
      bar.value = fraction ?? 0;
      const run = model.get("picture").runs[model.get("chosen")];
      message.textContent = text ? `${text} …` : (run?.finished ?? "");
      left.textContent = text ? (time ?? "") : "";
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "training", "Training run");
  const charts = createCharts();
  const pictures = createPictures();
  const table = createTable((number) => model.send({ choose: number }));
  const settings = createSettings(model, view);
  const run = createRun(model, view.root);
  const status = createStatus(model);
  const room = createRoom(view, { onchange: draw });
  view.stage.append(h("div", { class: "wl-bench" }, charts.node, pictures.node));
  view.controls.append(...run.nodes, ...settings.nodes);
  view.controls.after(status.node);
  view.caption.after(table.node);

  function draw() {
    const picture = model.get("picture");
    const chosen = model.get("chosen");
    charts.show(picture, chosen, room.width);
    pictures.show(model.get("pictures"));
    table.show(picture.runs, chosen, view.root);
    settings.show();
    run.show();
    status.show();
    view.caption.replaceChildren(...prose(picture.said));
  }
  function go() {
    run.show();
    status.show();
  }

  view.listen(["picture", "chosen", "hidden", "batch", "lr", "choices", "pictures"], draw);
  view.listen(["progress"], go);
  room.measure();
  draw();
  model.send({ view: 1 });
  return view.destroy;
}

export default { render };
