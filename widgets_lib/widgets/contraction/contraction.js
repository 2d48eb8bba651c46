// A tree of contractions whose order is dragged, and what the order costs beside others. Layout only: every number
// comes from Python.
import { button, keepFocus } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createOrders } from "./orders.js";
import { createTree } from "./tree.js";

/** The row of buttons: { nodes, show() }. */
function createRun(model, root) {
  const time = button("Time it", () => model.send({ time: true }), { class: "wl-primary" });
  const cancel = button("Cancel", () => model.send({ cancel: true }), { hidden: true });
  const restart = button("Start again", () => model.send({ restart: true }));
  const message = h("span", { class: "wl-quiet", role: "status" });
  return {
    nodes: [time, cancel, restart, message],
    show() {
      const { message: text } = model.get("progress");
      message.textContent = text ? `${text} …` : model.get("picture").words.operands;
      const change = () => {
        time.hidden = Boolean(text);
        cancel.hidden = !text;
      };
      keepFocus(root, change, [text ? cancel : time]);
    },
  };
}

export function render(context) {
  const { model } = context;
  const view = createView(context, "contraction", "Order of contraction");
  const tree = createTree({
    signal: view.signal,
    oncontract: (first, second) => model.send({ contract: [first, second] }),
    onapart: (node) => model.send({ apart: node }),
    onhint: say,
  });
  const orders = createOrders((key) => model.send({ take: key }));
  const run = createRun(model, view.root);
  const room = createRoom(view, { element: tree.node, onchange: draw });
  view.stage.append(tree.node);
  view.controls.append(...run.nodes);
  view.caption.after(orders.node);

  /** @param {string} hint  what is about to be done, instead of what is seen */
  function say(hint) {
    view.caption.replaceChildren(...prose(hint || model.get("picture").words.said));
  }
  function draw() {
    const picture = model.get("picture");
    tree.show(picture, room.width);
    orders.show(picture.orders, view.root);
    say("");
    run.show();
  }

  view.listen(["picture"], draw);
  view.listen(["progress"], run.show);
  room.measure();
  draw();
  model.send({ view: 1 });
  return view.destroy;
}

export default { render };
