import { button, slider } from "../shared/controls.js";
import { drawing, s } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createView } from "../shared/view.js";

const SIZES = range(1, 21);
const HEIGHT = 120; // drawing units
const STEP = 30;

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "widget_stem", "Widget title");
  const size = slider({
    label: "n",
    name: "n: how many squares",
    values: SIZES,
    value: model.get("n"),
    oninput: (n) => view.save({ n }),
  });
  const again = button("Start again", () => model.send({ restart: true }));
  view.controls.append(size.node, again);

  function draw() {
    size.show(model.get("n"));
    const sentence = model.get("sentence");
    view.stage.replaceChildren(drawing(STEP * SIZES.length, HEIGHT, sentence, ...bars(model.get("values"))));
    view.caption.textContent = sentence;
  }

  view.listen(["n", "values", "sentence"], draw);
  draw();
  return view.destroy;
}

/** A bar for each value; the highest fills the drawing. */
function bars(values) {
  const unit = HEIGHT / Math.max(...values);
  return values.map((value, index) =>
    s("rect", { x: STEP * index, y: HEIGHT - unit * value, width: STEP - 6, height: unit * value }),
  );
}

export default { render };
