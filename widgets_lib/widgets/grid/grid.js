// A matrix under a grid of blocks: the grid in short, one block large, its warps, and what one of them asks of memory.
// Layout only: every number comes from Python.
import { button, createMore, dropdown, slider } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createBlock } from "./block.js";
import { createMemory } from "./memory.js";
import { createOverview } from "./overview.js";
import { createWarps } from "./warps.js";

const WIDEST = 320; // of the drawing of a block, in drawing units
const BESIDE = 76; // what stands beside it

/** A field for text that is sent as it is typed in: { node, show(text) }. */
function field(label, name, letters, onsend) {
  const input = h("input", {
    type: "text",
    size: letters,
    "aria-label": name,
    autocomplete: "off",
    spellcheck: "false",
  });
  let shown = "";
  input.addEventListener("change", () => onsend(input.value));
  return {
    node: h("label", {}, label, input),
    show(text) {
      if (text !== shown || input !== /** @type {Document} */ (input.getRootNode()).activeElement) input.value = text;
      shown = text;
    },
  };
}

/** The row of controls: { nodes, more, show() }. */
function createControls(model, view) {
  const size = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ what) =>
    field(label, what, 8, (text) => model.send({ size: { name, text } }));
  const m = size("m", "c has", "rows of c");
  const n = size("n", "×", "columns of c");
  const threads = ["x", "y"].map((name, axis) =>
    slider({
      label: `threads ${name}`,
      name: `threads of a block along ${name}`,
      values: model.get("stops"),
      value: model.get("threads")[axis],
      oninput: (value) => view.save({ threads: model.get("threads").with(axis, value) }),
    }),
  );
  const swap = button("swap x and y", () => view.save({ x: model.get("x") === "row" ? "column" : "row" }), {
    class: "wl-swap",
  });
  const restart = button("Start again", () => model.send({ restart: true }));
  const typed = field("threads", "threads of a block, as in 16, 16", 9, (text) => model.send({ threads: text }));
  const options = ["float64", "float32"].map((value) => ({ value, text: value }));
  const result = dropdown("c holds", options, model.get("result"), (value) => view.save({ result: value }));
  return {
    nodes: [m.node, n.node, ...threads.map(({ node }) => node), swap, restart],
    more: [typed.node, result.node],
    show() {
      const { words } = model.get("picture");
      m.show(words.sizes[0]);
      n.show(words.sizes[1]);
      threads.forEach((each, axis) => {
        each.show(model.get("threads")[axis]);
      });
      typed.show(words.threads);
      result.select.value = model.get("result");
    },
  };
}

/** What is said of the launch and of the chosen thread: { node, show(words) }. */
function createFacts() {
  const code = h("code", {});
  const counts = h("p", {});
  const facts = h("dl", {});
  return {
    node: h("div", { class: "wl-facts" }, h("div", {}, h("pre", {}, code), counts), facts),
    show(words) {
      code.textContent = words.code;
      counts.textContent = words.counts;
      facts.replaceChildren(
        ...words.thread.map(([name, value]) =>
          h("div", {}, h("dt", { class: `wl-is-${name}` }, name), h("dd", {}, value)),
        ),
      );
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "grid", "Kernel grid");
  const choose = (/** @type {number[]} */ cell) => view.save({ cell });
  const overview = createOverview(choose);
  const block = createBlock(choose);
  const warps = createWarps(choose, (warp) => block.point(warp));
  const memory = createMemory();
  const controls = createControls(model, view);
  const facts = createFacts();
  const room = createRoom(view, { fallback: 960, onchange: draw });
  view.stage.append(overview.node, block.node, h("div", { class: "wl-side" }, memory.node, warps.node));
  view.controls.append(...controls.nodes, createMore(...controls.more));
  view.caption.after(facts.node);

  function draw() {
    const picture = model.get("picture");
    const side = Math.min(WIDEST, room.width - BESIDE);
    overview.show(picture, side);
    block.show(picture, side);
    warps.show(picture);
    memory.show(picture);
    facts.show(picture.words);
    view.caption.textContent = picture.words.said;
    controls.show();
  }

  view.listen(["picture"], draw);
  view.listen(["threads", "x", "result", "stops"], controls.show);
  room.measure();
  draw();
  return view.destroy;
}

export default { render };
