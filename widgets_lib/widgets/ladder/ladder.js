// The ladder of backends on a log axis: drag what you expect, run, and see what was measured beside it.
// Layout only: every number comes as text from Python.
import { button, dropdown, slider } from "../shared/controls.js";
import { h, prose, setChildren } from "../shared/dom.js";
import { grouped } from "../shared/format.js";
import { createView } from "../shared/view.js";
import { createAxis, tickLines } from "./axis.js";
import { arrange } from "./order.js";
import { createRow } from "./row.js";

const SIZES = ["m", "k", "n"];
const AXIS = { m: "i", k: "k", n: "j" }; // the index that runs over each size
const WHAT = { m: "rows of A", k: "columns of A, summed over", n: "columns of B" };
const MARKS = [
  ["guess", "your prediction"],
  ["measured", "measured"],
  ["estimated", "estimated from fewer rows"],
  ["published", "2022 course"],
];

/** What size: { presets, sliders, show() }. */
function createSizes(model, view) {
  const sliders = Object.fromEntries(
    SIZES.map((size) => [
      size,
      slider({
        label: h("span", { class: `wl-size wl-${AXIS[size]}` }, size),
        name: `${size}: ${WHAT[size]}`,
        values: model.get("stops")[size],
        value: model.get(size),
        text: grouped,
        oninput: (value) => view.save({ [size]: value }),
      }),
    ]),
  );
  const presets = model.get("presets");
  const buttons = presets.map(({ name, title, sizes }) => button(name, () => view.save(sizes), { title }));
  return {
    presets: buttons,
    sliders: SIZES.map((size) => sliders[size].node),
    show() {
      for (const size of SIZES) sliders[size].show(model.get(size));
      presets.forEach(({ sizes }, at) => {
        const inForce = SIZES.every((size) => sizes[size] === model.get(size));
        buttons[at].setAttribute("aria-pressed", String(inForce));
      });
    },
  };
}

/** Which backend, and go: { nodes, more, list(), show() }. */
function createRunControls(model, view) {
  const choose = dropdown("", [], "", (backend) => view.save({ backend }));
  choose.select.setAttribute("aria-label", "backend");
  const runOne = button("Time it", () => model.send({ run: [model.get("backend")] }), { class: "wl-primary" });
  const runAll = button("Run the ladder", () => model.send({ run: "ladder" }));
  const cancel = button("Cancel", () => model.send({ cancel: true }));
  const restart = button("Start again", () => model.send({ restart: true }));
  const published = h("input", { type: "checkbox", onchange: () => view.save({ show_published: published.checked }) });
  const sort = h("input", { type: "checkbox", onchange: () => view.save({ sort: sort.checked }) });
  if (model.get("compact")) {
    runAll.className = "wl-primary";
    runAll.textContent = "Time it";
  }
  return {
    nodes: model.get("compact") ? [runAll, cancel] : [choose.node, runOne, runAll, cancel],
    more: [h("label", {}, sort, "in order of time"), h("label", {}, published, "2022 times"), restart],
    /** Fill the drop-down with the rungs. */
    list() {
      const options = model.get("rungs").map(({ key, title, unavailable }) => {
        const text = unavailable ? `${title} (${unavailable})` : title;
        return h("option", { value: key, disabled: Boolean(unavailable) }, text);
      });
      choose.select.replaceChildren(...options);
    },
    show() {
      const busy = Boolean(model.get("progress").key);
      choose.select.value = model.get("backend");
      published.checked = model.get("show_published");
      sort.checked = model.get("sort");
      runOne.disabled = runAll.disabled = busy || Boolean(model.get("cost").refusal);
      cancel.disabled = !busy;
    },
  };
}

/** What a product of this size costs, or why it is not attempted: { node, show() }. */
function createCost(model) {
  const node = h("p", { class: "wl-cost", "aria-live": "polite" });
  return {
    node,
    show() {
      const { message, refusal } = model.get("cost");
      node.hidden = model.get("compact") && !refusal;
      node.replaceChildren(...prose(refusal || message));
      node.classList.toggle("wl-refused", Boolean(refusal));
    },
  };
}

/** The measurement that runs, else how sure the times are: { node, show() }. */
function createProgress(model) {
  const bar = h("progress", { max: 1, "aria-label": "this measurement" });
  const status = h("span", { role: "status" });
  const node = h("div", { class: "wl-busy" }, bar, status);
  return {
    node,
    show() {
      const { key, fraction, message } = model.get("progress");
      bar.hidden = !key;
      if (fraction == null) bar.removeAttribute("value");
      else bar.value = fraction;
      status.textContent = key ? message : model.get("notice");
    },
  };
}

/** The rungs that can't run here, in one line that opens: { node, show(rows, rungs) }. */
function createFolded() {
  const summary = h("summary", {});
  const list = h("ol", { class: "wl-rungs" });
  const node = h("details", { class: "wl-folded", hidden: true }, summary, list);
  return {
    node,
    show(rows, rungs) {
      const reasons = [...new Set(rungs.map((rung) => rung.unavailable))];
      summary.textContent = `${rungs.map((rung) => rung.title).join(", ")}: ${reasons.join("; ")}`;
      list.replaceChildren(...rows.map((row) => row.node));
      node.hidden = rows.length === 0;
    },
  };
}

/** What the marks mean: { node, show() }. */
function createLegend(model) {
  const keys = MARKS.map(([mark, text]) => h("span", { class: `wl-key wl-key-${mark}` }, h("i", {}), text));
  return {
    node: h("p", { class: "wl-legend" }, ...keys),
    show() {
      keys.at(-1).hidden = !model.get("show_published");
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "ladder", "Matrix multiplication ladder");
  const sizes = createSizes(model, view);
  const cost = createCost(model);
  const controls = createRunControls(model, view);
  const progress = createProgress(model);
  const legend = createLegend(model);
  const axis = createAxis();
  const folded = createFolded();
  const list = h("ol", { class: "wl-rungs" });
  let rows = []; // filled in by draw()
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  let made = new Map(); // the rows by their rungs: one that stays keeps what is open in it
  const compact = model.get("compact");
  const controlRow = h("div", { class: "wl-row" }, ...controls.nodes, ...(compact ? [] : sizes.presets));
  view.root.classList.toggle("wl-compact", compact);
  view.stage.append(axis.node, list, folded.node, progress.node); // beside the buttons, also below a long ladder
  view.stage.after(view.controls);
  view.controls.append(controlRow, cost.node);
  if (!compact) {
    view.controls.append(
      h(
        "details",
        { class: "wl-more" },
        h("summary", {}, "more"),
        h("div", { class: "wl-row" }, ...sizes.sliders, ...controls.more),
      ),
    );
    view.controls.before(legend.node);
  }

  function build() {
    const rungs = model.get("rungs");
    made = new Map(
      rungs.map((rung) => {
        const key = JSON.stringify([rung, compact]);
        return [key, made.get(key) ?? createRow(rung, (stop) => setPrediction(rung.key, stop), { compact })];
      }),
    );
    rows = [...made.values()];
    const able = rows.filter((_, index) => !rungs[index].unavailable);
    setChildren(
      list,
      inOrder(model, able).map((row) => row.node),
    );
    folded.show(
      rows.filter((_, index) => rungs[index].unavailable),
      rungs.filter((rung) => rung.unavailable),
    );
    controls.list();
    draw();
  }
  function setPrediction(key, stop) {
    view.save({ predictions: { ...model.get("predictions"), [key]: model.get("axis").stops[stop].seconds } });
  }
  function draw() {
    for (const part of [sizes, cost, controls, progress, legend]) part.show();
    axis.show(model.get("axis"));
    list.style.setProperty("--ticks", tickLines(model.get("axis")));
    for (const row of rows) row.show(stateOf(model, row.key));
    const shown = rows.filter((row) => row.node.parentNode === list);
    arrange(
      list,
      inOrder(model, shown).map((row) => row.node),
    );
    view.caption.replaceChildren(...prose(model.get("summary")));
  }

  view.listen(["rungs", "compact"], build);
  view.listen(["m", "k", "n", "stops", "presets", "backend", "show_published", "published", "predictions"], draw);
  view.listen(["sort", "order"], draw);
  view.listen(["cost", "axis", "steps", "results", "progress", "summary", "notice"], draw);
  build();
  model.send({ view: 1 });
  view.signal.addEventListener("abort", () => model.send({ view: -1 }), { once: true });
  return view.destroy;
}

/** The rows from top to bottom; one that came after the order was made, on top. */
function inOrder(model, rows) {
  const order = model.get("order");
  return [...rows].sort((one, other) => order.indexOf(one.key) - order.indexOf(other.key));
}

/**
 * What the traits say of one rung.
 * @returns {import("./row.js").RowState}
 */
function stateOf(model, key) {
  return {
    axis: model.get("axis"),
    chosen: !model.get("compact") && key === model.get("backend"),
    steps: model.get("steps")[key],
    predicted: model.get("predictions")[key],
    result: model.get("results")[key],
    published: model.get("show_published") ? model.get("published")[key] : null,
  };
}

export default { render };
