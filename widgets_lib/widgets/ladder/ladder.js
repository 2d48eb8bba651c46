// The ladder of backends on a log axis: drag what you expect, run, and see what was measured beside it.
import { button, dropdown, slider } from "../shared/controls.js";
import { h, prose, s, set } from "../shared/dom.js";
import { createView } from "../shared/view.js";

const SIZES = ["m", "k", "n"];
const MAX_LABELS = 7; // more would run into each other on a laptop
const AXIS = { m: "i", k: "k", n: "j" }; // the index that runs over each size
const WHAT = { m: "rows of A", k: "columns of A, summed over", n: "columns of B" };

function render(context) {
  const { model } = context;
  const view = createView(context, "ladder", "Matrix multiplication ladder");

  // ---- controls: what size, which backend, go ----
  const sliders = Object.fromEntries(
    SIZES.map((size) => [
      size,
      slider({
        label: h("span", { class: `wl-size wl-${AXIS[size]}` }, size),
        name: `${size}: ${WHAT[size]}`,
        values: model.get("stops")[size],
        value: model.get(size),
        text: (value) => value.toLocaleString("en"),
        oninput: (value) => view.save({ [size]: value }),
      }),
    ]),
  );
  const presets = model
    .get("presets")
    .map((preset) => button(preset.name, () => view.save(preset.sizes), { title: preset.title }));
  const choose = dropdown("", [], "", (backend) => view.save({ backend }));
  choose.select.setAttribute("aria-label", "backend");
  const runOne = button("Time it", () => model.send({ run: [model.get("backend")] }), { class: "wl-primary" });
  const runAll = button("Run the ladder", () => model.send({ run: "ladder" }));
  const cancel = button("Cancel", () => model.send({ cancel: true }));
  const published = h("input", { type: "checkbox", onchange: () => view.save({ show_published: published.checked }) });
  const restart = button("Start again", () => model.send({ restart: true }));
  const cost = h("p", { class: "wl-cost", "aria-live": "polite" });
  view.controls.append(
    h("div", { class: "wl-row" }, ...presets, ...SIZES.map((size) => sliders[size].node)),
    cost,
    h(
      "div",
      { class: "wl-row" },
      choose.node,
      runOne,
      runAll,
      cancel,
      restart,
      h("label", {}, published, "2022 times"),
    ),
  );

  // ---- the ladder: an axis and one row per rung, made once per set of rungs and filled in by draw() ----
  const ticks = h("div", { class: "wl-ticks", "aria-hidden": "true" });
  const list = h("ol", { class: "wl-rungs" });
  const axis = h(
    "div",
    { class: "wl-axis", "aria-hidden": "true" },
    h("span", { class: "wl-axis-title" }, "time for one product"),
    ticks,
    ...["time", "speed-up", "rate", "answer"].map((name) => h("span", { class: `wl-column wl-column-${name}` }, name)),
  );
  const legend = h(
    "p",
    { class: "wl-legend" },
    ...[
      ["guess", "your prediction"],
      ["measured", "measured"],
      ["estimated", "estimated from fewer rows"],
      ["published", "2022 course"],
    ].map(([mark, text]) => h("span", { class: `wl-key wl-key-${mark}` }, h("i", {}), text)),
  );
  const progress = h("progress", { max: 1, "aria-label": "this measurement" });
  const now = h("span", { role: "status" });
  const busy = h("div", { class: "wl-busy", hidden: true }, progress, now);
  view.stage.append(axis, list);
  view.stage.before(busy);
  view.caption.before(legend);
  let rows = new Map();

  function build() {
    rows = new Map(model.get("rungs").map((rung) => [rung.key, createRow(rung)]));
    list.replaceChildren(...[...rows.values()].map((row) => row.node));
    choose.select.replaceChildren(
      ...model
        .get("rungs")
        .map((rung) =>
          h(
            "option",
            { value: rung.key, disabled: Boolean(rung.unavailable) },
            rung.unavailable ? `${rung.title} (${rung.unavailable})` : rung.title,
          ),
        ),
    );
    draw();
  }

  function createRow(rung) {
    const steps = h("span", {});
    const code = h("pre", { hidden: true }, h("code", {}, rung.code));
    const reveal = h(
      "button",
      {
        type: "button",
        class: "wl-reveal",
        "aria-expanded": "false",
        "aria-label": `code of ${rung.title}`,
        onclick: toggle,
      },
      "code",
    );
    function toggle() {
      code.hidden = !code.hidden;
      reveal.setAttribute("aria-expanded", String(!code.hidden));
    }
    const bar = h("div", { class: "wl-bar" });
    const guess = h("div", { class: "wl-guess" });
    const mark = h("div", { class: "wl-published" });
    const predict = h("input", {
      type: "range",
      step: 1,
      "aria-label": `your prediction for ${rung.title}`,
      oninput: () => foretell(rung.key, Number(predict.value)),
    });
    const hint = h("span", { class: "wl-hint wl-quiet", "aria-hidden": "true" }, "drag to predict");
    const track = h("div", { class: "wl-track" }, h("div", { class: "wl-scale" }, guess, bar, mark), predict, hint);
    const cells = Object.fromEntries(
      ["time", "speedup", "rate", "check"].map((name) => [name, h("span", { class: `wl-${name}` })]),
    );
    const notes = h("div", { class: "wl-notes", hidden: true });
    const words = h("div", { class: "wl-words", hidden: true });
    const name = h(
      "div",
      { class: "wl-name" },
      h("span", { class: "wl-title" }, rung.title),
      h("span", { class: "wl-steps" }, steps, reveal),
    );
    const node = h(
      "li",
      { class: "wl-rung", "data-key": rung.key },
      name,
      track,
      ...Object.values(cells),
      notes,
      words,
      code,
    );
    if (rung.unavailable) {
      node.classList.add("wl-unavailable");
      track.replaceChildren(h("span", {}, rung.unavailable));
    }
    return { node, rung, steps, bar, guess, mark, predict, hint, cells, notes, words };
  }

  function foretell(key, stop) {
    view.save({ predictions: { ...model.get("predictions"), [key]: model.get("axis").stops[stop].seconds } });
  }

  // ---- drawing: layout only, every number comes as text from Python ----
  const position = (seconds) => {
    const { low, high } = model.get("axis");
    return Math.max(0, Math.min(1, Math.log(seconds / low) / Math.log(high / low)));
  };
  const percent = (seconds) => `${(100 * position(seconds)).toFixed(2)}%`;

  function drawAxis() {
    const { ticks: marks } = model.get("axis");
    const every = Math.ceil(marks.length / MAX_LABELS);
    const labelled = marks.filter((_, index) => index % every === 0);
    ticks.replaceChildren(
      ...labelled.map((tick) => h("span", { class: "wl-tick", style: `left:${percent(tick.seconds)}` }, tick.text)),
    );
    list.style.setProperty("--ticks", marks.map((tick) => line(percent(tick.seconds))).join(","));
  }
  const line = (x) => `linear-gradient(var(--wl-line), var(--wl-line)) ${x} 0 / 1px 100% no-repeat`;

  function drawRow(row) {
    const { key } = row.rung;
    const result = model.get("results")[key];
    const { stops } = model.get("axis");
    row.steps.textContent = model.get("steps")[key];
    row.node.classList.toggle("wl-chosen", key === model.get("backend"));
    if (row.rung.unavailable) return;

    const predicted = model.get("predictions")[key];
    set(row.predict, { max: stops.length - 1 });
    const stop = predicted ? Math.round(position(predicted) * (stops.length - 1)) : 0;
    row.predict.value = stop;
    row.predict.setAttribute("aria-valuetext", predicted ? stops[stop].text : "not predicted yet");
    row.predict.classList.toggle("wl-unset", !predicted);
    row.hint.hidden = Boolean(predicted || result?.seconds);
    row.guess.style.width = predicted ? percent(predicted) : "0";

    const timed = result?.seconds > 0;
    row.bar.className = `wl-bar wl-${result?.state ?? "none"}`;
    row.bar.style.width = timed ? percent(result.seconds) : "0";
    const past = model.get("show_published") ? model.get("published")[key] : null;
    row.mark.hidden = !past;
    if (past) {
      row.mark.style.left = percent(past.seconds);
      row.mark.title = `2022: ${past.text}`;
    }
    for (const name of ["speedup", "rate", "check"]) row.cells[name].textContent = result?.[name] ?? "";
    row.cells.time.className = `wl-time wl-state-${result?.state ?? "none"}`;
    row.cells.time.replaceChildren(
      result?.time ?? (predicted ? `predicted ${stops[stop].text}` : ""),
      result?.spread ? h("span", { class: "wl-spread" }, result.spread) : "",
    );
    const notes = [...(result?.notes ?? []), ...(past ? [`2022: ${past.text}`] : [])];
    row.notes.replaceChildren(...notes.map((note) => h("span", {}, note)));
    row.notes.hidden = notes.length === 0;
    row.words.replaceChildren(
      ...(result?.words ? [h("p", {}, ...prose(result.words))] : []),
      ...(result?.picture ? [picture(result.picture)] : []),
    );
    row.words.hidden = !result?.words;
  }

  function draw() {
    const running = model.get("progress");
    const busyKey = running.key ?? "";
    for (const size of SIZES) sliders[size].show(model.get(size));
    const { words, refusal } = model.get("cost");
    cost.replaceChildren(...prose(refusal || words));
    cost.classList.toggle("wl-refused", Boolean(refusal));
    choose.select.value = model.get("backend");
    published.checked = model.get("show_published");
    runOne.disabled = runAll.disabled = Boolean(refusal || busyKey);
    cancel.disabled = !busyKey;
    busy.hidden = !busyKey;
    if (running.fraction == null) progress.removeAttribute("value");
    else progress.value = running.fraction;
    now.textContent = running.words ?? "";
    legend.lastChild.hidden = !model.get("show_published");
    drawAxis();
    for (const row of rows.values()) drawRow(row);
    view.caption.replaceChildren(...prose(model.get("summary")));
  }

  view.listen(["rungs"], build);
  view.listen(["m", "k", "n", "stops", "presets", "backend", "show_published", "published", "predictions"], draw);
  view.listen(["cost", "axis", "steps", "results", "progress", "summary"], draw);
  build();
  model.send({ view: 1 });
  view.signal.addEventListener("abort", () => model.send({ view: -1 }), { once: true });
  return view.destroy;
}

/** Where C is wrong: a small map of its cells (or of blocks of them), wrong ones filled and crossed. */
function picture({ rows, cols, wrong, label }) {
  const side = rows > 16 || cols > 16 ? 8 : 16;
  const cells = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const bad = wrong[i][j];
      const [x, y] = [j * side, i * side];
      cells.push(
        s("rect", { x: x + 0.5, y: y + 0.5, width: side - 1, height: side - 1, class: bad ? "wl-wrong" : "wl-fine" }),
      );
      if (bad)
        cells.push(
          s("path", {
            d: `M${x + 3} ${y + 3}l${side - 6} ${side - 6}m0 ${6 - side}l${6 - side} ${side - 6}`,
            class: "wl-cross",
          }),
        );
    }
  }
  return s(
    "svg",
    {
      viewBox: `0 0 ${cols * side} ${rows * side}`,
      style: `width:${(cols * side) / 15}em;max-width:100%`,
      class: "wl-picture",
      role: "img",
      "aria-label": label,
    },
    ...cells,
  );
}

export default { render };
