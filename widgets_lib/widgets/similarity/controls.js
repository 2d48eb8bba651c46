// The controls of each stage: those in sight, and those behind "more".
import { button, dropdown, slider } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { clamp, range } from "../shared/format.js";
import { createRadioGroup } from "../shared/radio-group.js";

const STAGES = {
  draw: ["chooser", "mine", "metric", "ask"],
  charges: ["chooser", "mine", "metric"],
  confusion: ["metric"],
  shift: ["shift", "direction", "metric", "chooser"],
};

/**
 * Returns { nodes, metric, show(stage, index, isDrawn), showSettings() }.
 *
 * ondigit   the number of a test digit was typed, as text
 * isDrawn   whether there is a drawing to go back to
 */
export function createControls({ model, save, ondigit, onrestart }) {
  const { digits, max_shift: most } = model.get("limits");
  const onstep = (index) => save({ index, guess: -1, mean: -1 });
  const chooser = createChooser({ digits, onstep, ontype: ondigit });
  const metric = createRadioGroup({
    label: "distance",
    className: "wl-metric",
    lead: h("span", { class: "wl-quiet" }, "by"),
    options: model.get("metrics").map(({ key, title }) => ({ value: key, content: title })),
    onchoose: (chosen) => save({ metric: chosen }),
  });
  const ask = h("input", { type: "checkbox", onchange: () => save({ ask: ask.checked, guess: -1 }) });
  const shift = slider({
    label: "moved",
    name: "how many pixels all digits are moved",
    values: range(most + 1),
    value: model.get("pixels"),
    text: (pixels) => `${pixels} px`,
    oninput: (pixels) => save({ pixels }),
  });
  const options = ["up", "down", "left", "right"].map((value) => ({ value, text: value }));
  const direction = dropdown("direction", options, model.get("direction"), (chosen) => save({ direction: chosen }));
  const parts = {
    mine: button("My drawing", () => save({ index: -1, guess: -1, mean: -1 })),
    shift: shift.node,
    direction: direction.node,
    metric: metric.node,
    chooser: chooser.node,
    ask: h("label", {}, ask, "predict first"),
  };
  const again = button("Start again", onrestart);
  return {
    nodes: [...Object.values(parts), again],
    metric,
    show(stage, index, isDrawn) {
      for (const [name, node] of Object.entries(parts)) node.hidden = !STAGES[stage].includes(name);
      parts.mine.hidden ||= index < 0 || !isDrawn;
      chooser.show(index);
    },
    showSettings() {
      metric.choose(model.get("metric"));
      ask.checked = model.get("ask");
      direction.select.value = model.get("direction");
      shift.show(model.get("pixels"));
    },
  };
}

/** The number of a test digit, with its neighbours: { node, show(index) }. What is typed is checked by the kernel. */
function createChooser({ digits, onstep, ontype }) {
  let at = 0; // the last that was looked at
  const go = (index) => onstep(clamp(index, 0, digits - 1));
  const field = h("input", {
    type: "number",
    min: 0,
    max: digits - 1,
    "aria-label": "number of the test digit",
    onchange: () => (field.value === "" ? show(at) : ontype(field.value)),
  });
  const back = button("‹", () => go(at - 1), { "aria-label": "the test digit before" });
  const on = button("›", () => go(at + 1), { "aria-label": "the next test digit" });
  function show(index) {
    if (index >= 0) at = index;
    field.value = index >= 0 ? String(index) : "";
    set(field, { placeholder: String(at) });
    back.disabled = at === 0;
    on.disabled = at === digits - 1;
  }
  return {
    node: h("span", { class: "wl-chooser" }, h("span", { class: "wl-quiet" }, "test digit"), back, field, on),
    show,
  };
}
