// The roof of the machine on log axes, and every rung that was timed under it: choose a product, time it, see how near
// it comes. Layout only: every number comes from Python.
import { button, keepFocus, slider } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { grouped } from "../shared/format.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createChart } from "./chart.js";
import { createTable } from "./table.js";

const AXIS = { m: "i", k: "k", n: "j" }; // the index that runs over each size
const WHAT = { m: "rows of A", k: "columns of A, summed over", n: "columns of B" };
const LEGEND = [
  ["measured", "measured"],
  ["estimated", "estimated from fewer rows"],
  ["most", "at most this fast"],
  ["least", "at least this fast"],
  ["other", "another size"],
];

/** m, k and n: { nodes, show() }. */
function createSizes(model, view) {
  const sliders = Object.entries(AXIS).map(([size, axis]) =>
    slider({
      label: h("span", { class: `wl-size wl-${axis}` }, size),
      name: `${size}: ${WHAT[size]}`,
      values: model.get("stops")[size],
      value: model.get(size),
      text: grouped,
      oninput: (value) => view.save({ [size]: value }),
    }),
  );
  return {
    nodes: sliders.map(({ node }) => node),
    show() {
      Object.keys(AXIS).forEach((size, at) => {
        sliders[at].show(model.get(size));
      });
    },
  };
}

/** What starts work: { nodes, more, show() }; `cancel` gets the focus of a button that is greyed out. */
function createRun(model, view, cancel) {
  const presets = model
    .get("presets")
    .map((preset) => button(preset.name, () => view.save(preset.sizes), { title: preset.title }));
  const timed = h("span", {});
  const time = button(timed, () => model.send({ time: true }), { class: "wl-primary wl-time" });
  const again = button("Measure again", () => model.send({ measure: "again" }));
  const restart = button("Start again", () => model.send({ restart: true }));
  return {
    nodes: [...presets, time],
    more: [again, restart],
    show() {
      const { words, roofs } = model.get("picture");
      const busy = Boolean(model.get("progress").message);
      timed.textContent = `Time ${model.get("timed")}`;
      time.title = timed.textContent; // a long one is cut
      again.textContent = roofs.length ? "Measure again" : "Measure";
      const grey = () => {
        time.disabled = busy || Boolean(words.refusal);
        again.disabled = busy;
        cancel.hidden = !busy;
      };
      keepFocus(view.root, grey, [cancel, time, presets[0]]);
      presets.forEach((preset, at) => {
        const chosen = Object.entries(model.get("presets")[at].sizes).every(
          ([size, value]) => model.get(size) === value,
        );
        preset.setAttribute("aria-pressed", String(chosen));
      });
    },
  };
}

/** What is measured now, else what the marks mean: { node, show() }; one line that keeps its height. */
function createStatus(model, cancel) {
  const bar = h("progress", { max: 1, "aria-label": "this measurement" });
  const message = h("span", { role: "status" });
  const keys = LEGEND.map(([mark, text]) => h("span", { class: `wl-key wl-key-${mark}` }, h("i", {}), text));
  const least = keys[LEGEND.findIndex(([mark]) => mark === "least")];
  const lower = h("span", { class: "wl-key wl-key-lower" }, h("i", {}), "the roof of 1 core");
  const legend = h("span", { class: "wl-legend" }, ...keys, lower);
  return {
    node: h("div", { class: "wl-status" }, bar, message, cancel, legend),
    show() {
      const { message: text, fraction } = model.get("progress");
      bar.hidden = !text;
      legend.hidden = Boolean(text);
      if (fraction == null) bar.removeAttribute("value");
      else bar.value = fraction;
      message.textContent = text ?? "";
      message.hidden = !text;
      const { roofs, points } = model.get("picture");
      lower.hidden = roofs.length < 2;
      least.hidden = !points.some((/** @type {any} */ point) => point.state === "at most"); // its time, that is: rare
    },
  };
}

/** Sentences: { nodes, show(point), more }; of a point that is pointed at, else of the one that is chosen. */
function createWords(model) {
  const names = ["product", "verdict", "ridge", "notice"];
  const [product, verdict, ridge, notice] = names.map((name) => h("p", { class: `wl-said-${name}` }));
  const machine = h("p", { class: "wl-machine wl-quiet" });
  return {
    nodes: [product, verdict, ridge, notice],
    machine,
    /** @param {any} point */
    show(point) {
      const { words } = model.get("picture");
      const size = point && !point.here ? `, ${point.product}` : "";
      const title = point ? `${point.title}${size}.` : words.verdict_title;
      product.replaceChildren(...prose(words.refusal || words.product));
      verdict.replaceChildren(title && h("strong", {}, title), title && " ", point ? point.sentence : words.verdict);
      ridge.textContent = words.ridge;
      notice.textContent = words.notice;
      notice.hidden = !words.notice;
      machine.textContent = words.machine;
      machine.hidden = !words.machine;
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "roofline", "Roofline");
  const sizes = createSizes(model, view);
  const cancel = button("Cancel", () => model.send({ cancel: true }), { hidden: true });
  const run = createRun(model, view, cancel);
  const status = createStatus(model, cancel);
  const said = createWords(model);
  const table = createTable();
  const room = createRoom(view, { fallback: 760, onchange: draw });
  const choose = (/** @type {any} */ point) => view.save({ ...point.sizes, rung: point.rung });
  const chart = createChart({ onchoose: choose, onhighlight: (point) => said.show(point) });
  view.stage.append(chart.node);
  view.stage.after(status.node, view.controls);
  view.controls.append(
    h("div", { class: "wl-row" }, ...sizes.nodes, ...run.nodes),
    h(
      "details",
      { class: "wl-more" },
      h("summary", {}, "more"),
      h("div", { class: "wl-row" }, ...run.more),
      said.machine,
      table.node,
    ),
  );
  view.caption.replaceWith(h("div", { class: "wl-caption", "aria-live": "polite" }, ...said.nodes));

  function draw() {
    showControls();
    const { words, ...drawn } = model.get("picture");
    chart.show({ width: room.width, rung: model.get("rung"), label: words.label, ...drawn });
    said.show(chart.pointedAt());
    table.show(drawn.points);
  }
  function showControls() {
    for (const part of [sizes, run, status]) part.show();
  }

  view.listen(["picture", "timed"], draw);
  view.listen(["m", "k", "n", "rung", "stops", "presets", "progress"], showControls);
  room.measure();
  draw();
  model.send({ view: 1 });
  const measureFirst = () => model.get("picture").roofs.length || model.send({ measure: "first" });
  whenVisible(view.stage, measureFirst, view.signal);
  return view.destroy;
}

/** Call once `element` is in sight: a class that opens a lesson at once does not measure at once. */
function whenVisible(element, callback, signal) {
  if (!globalThis.IntersectionObserver) return callback();
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    callback();
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

export default { render };
