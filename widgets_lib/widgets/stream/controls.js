// The controls of a stream: where it begins, its generator, another to compare with, and how many draws.
import { button, createMore, dropdown } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { grouped } from "../shared/format.js";

const SIZES = [50, 500, 10_000];
// the controls of a stage, "" for all of them: those in sight, and those behind "more"
const STAGES = {
  "": [
    ["generator", "other"],
    ["seed", "state", "size", "variant", "again"],
  ],
  stream: [["seed"], ["state", "generator", "size", "variant", "again"]],
  pairs: [[], ["generator", "other", "seed", "again"]],
  planes: [[], ["generator", "other", "seed", "again"]],
};
const TYPED = { type: "text", inputmode: "numeric", autocomplete: "off" };

/**
 * Returns { nodes, show(), showStart() }; `showStart` writes the seed and the first state into their fields. `player`
 * is the node that comes first.
 */
export function createControls(get, save, onrestart, player) {
  const start = createStart({
    onseed: (seed) => save({ seed }),
    onstate: (state) => save({ state }),
    onrestart,
  });
  const kinds = get("generators").map(({ key, title }) => ({ value: key, text: title }));
  const others = [{ value: "", text: "none" }, ...kinds];
  const sizes = SIZES.map((n) => ({ value: String(n), text: grouped(n) }));
  const generator = dropdown("generator", kinds, get("generator"), (chosen) => save({ generator: chosen }));
  const other = dropdown("compare with", others, get("compare_with"), (chosen) => save({ compare_with: chosen }));
  const size = dropdown("draws", sizes, "", (n) => save({ n: Number(n) }));
  const variant = h("input", { type: "checkbox", onchange: () => save({ divide_by_period: variant.checked }) });
  const variantLabel = h("label", {}, variant, "divide by the periods");
  const { seed, state, again } = start;
  const all = {
    seed,
    state,
    again,
    generator: generator.node,
    other: other.node,
    size: size.node,
    variant: variantLabel,
  };
  return {
    nodes: arrange(get("picture").show, all, player),
    showStart: () => start.show(get("picture"), get("seed"), get("state")),
    show() {
      const { n, variant: possible } = get("picture");
      generator.select.value = get("generator");
      other.select.value = get("compare_with");
      if (![...size.select.options].some((option) => option.value === String(n)))
        size.select.append(h("option", { value: n }, grouped(n)));
      size.select.value = String(n);
      variant.checked = get("divide_by_period");
      variant.disabled = !possible;
      set(variantLabel, {
        class: possible ? null : "wl-quiet",
        title: possible
          ? "the components over 30268, 30306 and 30322 in place of the moduli"
          : "a variant of Wichmann–Hill only",
      });
    },
  };
}

/** The controls in their order. */
function arrange(stage, all, player) {
  const [row, rest] = STAGES[stage].map((names) => names.map((name) => all[name]));
  return [player, ...row, createMore(...rest)];
}

/**
 * The seed and the first state as fields: { seed, state, again, show(picture, seed, state) }. What was refused is
 * marked, and stays.
 */
function createStart({ onseed, onstate, onrestart }) {
  const seed = h("input", { ...TYPED, class: "wl-seed", spellcheck: "false", onchange: () => onseed(seed.value) });
  const fields = h("span", { class: "wl-fields" });
  const group = h(
    "span",
    { class: "wl-state", role: "group", "aria-label": "first state" },
    h("span", { "aria-hidden": "true" }, "first state"),
    fields,
  );
  const again = button("Start again", onrestart, { "aria-label": "Start again with the first settings" });
  let inputs = [];
  function build(count) {
    const onchange = () => onstate(inputs.map((input) => input.value));
    inputs = Array.from({ length: count }, () => h("input", { ...TYPED, onchange }));
    fields.replaceChildren(...inputs);
  }
  return {
    seed: h("label", {}, "seed", seed),
    state: group,
    again,
    show({ seed: drawnSeed, start, state_ranges: ranges }, typed, state) {
      if (inputs.length !== start.length) build(start.length);
      inputs.forEach((input, at) => {
        const digits = ranges[at].split(" ").at(-1).replaceAll(",", "").length;
        input.value = state[at] ?? "";
        set(input, {
          "aria-label": `component ${at + 1} of the first state, ${ranges[at]}`,
          title: ranges[at],
          style: `width:${3.5 + digits}ch`,
          "aria-invalid": input.value !== String(start[at]) && "true",
        });
      });
      seed.value = typed;
      set(seed, { "aria-invalid": typed !== drawnSeed && "true" });
    },
  };
}
