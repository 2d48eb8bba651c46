// Backpropagation over a graph of about a dozen numbers, step by step. Layout only: every number comes from Python.
import { button, createMore, dropdown } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createRoom } from "../shared/resize.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { createCode, createEquation } from "./code.js";
import { createGraph } from "./graph.js";
import { MOTION_MS } from "./motion.js";

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "backward", "Backward stepper");
  const player = createPlayer({ length: 1, onseek: draw, signal: view.signal });
  const options = model.get("expressions").map(([value, text]) => ({ value, text }));
  const choice = dropdown("expression", options, model.get("expression"), (expression) => view.save({ expression }));
  const graph = createGraph({
    onset: (name, text) => model.send({ set: { name, text } }),
    onlook: (/** @type {any} */ node) => {
      looked = node;
      say();
    },
  });
  const code = createCode();
  const equation = createEquation();
  const room = createRoom(view, { onchange: build });
  const again = button("Start again", restart);
  view.controls.append(player.node, choice.node, createMore(player.speed, again));
  view.stage.append(graph.node);
  view.caption.after(h("div", { class: "wl-bench" }, code.node, equation.node));
  view.root.addEventListener("keydown", player.keys);

  let picture = model.get("picture");
  let shown = ""; // the expression that is drawn
  /** @type {any} */
  let looked = null; // the input that has the focus
  let drawn = { at: -1, time: 0 };

  function restart() {
    model.send({ restart: true });
    player.seek(picture.opening);
  }
  function build() {
    picture = model.get("picture");
    const at = shown === picture.expression ? player.position() : picture.opening;
    shown = picture.expression;
    showChoice();
    graph.build(picture, room.width);
    code.build(picture.code);
    drawn.at = -1;
    player.setLength(picture.moments.length - 1);
    player.seek(at);
  }
  function showChoice() {
    choice.select.value = model.get("expression");
  }
  function draw(at) {
    const now = performance.now();
    const moves = at === drawn.at + 1 && now - drawn.time > MOTION_MS && !prefersReducedMotion();
    drawn = { at, time: now };
    graph.show(at, moves);
    code.show(picture.moments[at].lines);
    equation.show(picture.moments[at].equation);
    say();
  }
  /** The step that was taken; of an input that is edited, what its gradient means. */
  function say() {
    const moment = picture.moments[player.position()];
    const known = looked !== null && moment.grads[looked] !== null && picture.nodes[looked]?.nudged;
    view.caption.replaceChildren(...prose(known || moment.said));
  }

  view.listen(["picture"], build);
  view.listen(["expression", "expressions"], showChoice); // the picture follows
  room.measure();
  build();
  return view.destroy;
}

export default { render };
