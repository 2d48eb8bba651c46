// A digit read by the nearest of ten means: drawn or chosen, with what each pixel was charged.
import { createChallenge } from "../shared/challenge.js";
import { button } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";
import { createView } from "../shared/view.js";
import { createCharges } from "./charges.js";
import { createControls } from "./controls.js";
import { createCurve } from "./curve.js";
import { createPad } from "./pad.js";
import { createPixels, SIDE, unpack } from "./pixels.js";
import { createRows } from "./rows.js";
import { createTable } from "./table.js";

const BLANK = new Float32Array(SIDE * SIDE);
const MOTION_MS = 200;
const TRAITS = {
  stage: ["stage", "index", "strokes"],
  picture: ["picture", "images", "stage"],
  table: ["table", "gallery", "picture"],
  curve: ["curve"],
  controls: ["metric", "ask", "direction", "pixels", "limits", "stages", "metrics"],
};

/** Whether the drawing is the same and was only moved to the middle, or back to where it was drawn. */
function isOnlyCentred(before, now) {
  if (!before?.middle.length || !now.middle.length) return false;
  return now.steps.every((step, at) => (step.is_on !== before.steps[at].is_on) === (step.name === "centre"));
}

/** Its parts, and what each is drawn from. */
class Explorer {
  constructor(view, model) {
    this.view = view;
    this.model = model;
    this.save = view.save;
    this.drawn = { picture: null, images: null, stage: "" };
    this.create();
    this.arrange();
    view.listen(["means"], () => this.showMeans());
    view.listen(TRAITS.stage, () => this.showStage());
    view.listen(TRAITS.picture, () => this.showPicture());
    view.listen(TRAITS.table, () => this.showTable());
    view.listen(TRAITS.curve, () => this.showCurve());
    view.listen(TRAITS.controls, () => this.showControls());
    view.listen(["error"], () => this.showStage()); // the number that was typed may have been refused
    view.listen(["progress"], () => this.showProgress());
    view.listen(["challenge"], () => this.challenge.show(model.get("challenge")));
    this.showMeans();
    this.showControls();
    this.showStage();
    this.showPicture();
    this.showTable();
    this.showCurve();
    this.showProgress();
    this.challenge.show(model.get("challenge"));
  }

  create() {
    const { model, save } = this;
    const stages = model.get("stages");
    this.challenge = createChallenge(() => model.send({ hint: true }));
    this.tabs = createRadioGroup({
      label: "what is shown",
      className: "wl-tabs",
      options: stages.map(({ key, title }) => ({ value: key, content: title })),
      onchoose: (stage) => save({ stage }),
    });
    this.tabs.node.hidden = !stages.length;
    this.pad = createPad({
      limits: model.get("limits"),
      onchange: (strokes, isDown) => {
        const isNew = model.get("index") >= 0 || strokes.length === 0;
        save({ index: -1, strokes, pen_down: isDown, ...(isNew && { guess: -1, mean: -1 }) });
        this.undo.disabled = !this.pad.canUndo();
      },
      onlift: () => save({ pen_down: false }),
    });
    this.controls = createControls({
      model,
      save,
      ondigit: (number) => model.send({ digit: number }),
      onrestart: () => model.send({ restart: true }),
    });
    this.placed = createPixels("wl-large", "the drawing as it is compared");
    this.rows = createRows({
      onpress: (digit) => save(model.get("picture").revealed ? { mean: digit } : { guess: digit }),
      fallback: () => this.controls.metric.radios[0].input,
    });
    this.charges = createCharges();
    this.table = createTable({
      oncell: (cell) => save({ cell, page: 0 }),
      ondigit: (index) => save({ index, guess: -1, mean: -1 }),
      onpage: (page) => save({ page }),
      onexplain: stages.length ? () => save({ stage: "charges" }) : null,
    });
    this.curve = createCurve();
    this.progress = h("p", { class: "wl-progress wl-quiet", role: "status" });
  }

  arrange() {
    const { view, controls } = this;
    const figure = (title, node, ...more) => h("figure", {}, node, h("figcaption", {}, title), ...more);
    const heading = h("p", { class: "wl-placing wl-quiet" }, "placed as in MNIST:");
    this.padTitle = h("figcaption", {});
    this.undo = button("Undo", () => this.pad.undo());
    const clear = button("Clear", () => this.pad.clear());
    this.steps = h("div", {
      class: "wl-steps",
      role: "group",
      "aria-label": "placed as in MNIST: steps of the placing",
    });
    this.left = h("div", { class: "wl-left" });
    this.drawing = h(
      "div",
      { class: "wl-drawing" },
      h("figure", {}, this.pad.node, this.padTitle, h("div", { class: "wl-steps" }, this.undo, clear)),
      figure("as it is compared", this.placed.node, heading, this.steps),
    );
    this.bench = h("div", { class: "wl-bench" }, this.left, this.rows.node);
    this.left.append(this.drawing, this.charges.node);
    const all = [this.table.node, this.curve.node]; // the notice stands where they will be
    view.stage.append(this.challenge.node, this.tabs.node, this.bench, this.progress, ...all);
    view.controls.append(...controls.nodes);
  }

  showMeans() {
    this.rows.showMeans(unpack(this.model.get("means")));
  }

  /** Which stage is seen, with its controls; both before the kernel answers. */
  showStage() {
    const { model } = this;
    const [stage, index] = [model.get("stage"), model.get("index")];
    this.view.root.dataset.stage = stage;
    this.tabs.choose(stage);
    this.drawing.hidden = stage !== "draw";
    this.charges.node.hidden = stage !== "charges";
    this.bench.hidden = stage !== "draw" && stage !== "charges";
    this.table.node.hidden = stage !== "confusion";
    this.curve.node.hidden = stage !== "shift";
    this.controls.show(stage, index, model.get("strokes").length > 0);
    this.showPad();
  }

  showPad() {
    const { model } = this;
    const index = model.get("index");
    this.pad.show(model.get("strokes"), index >= 0 ? unpack(model.get("images"))[0] : null);
    this.padTitle.textContent = index >= 0 ? `test digit ${index}: draw over it` : "your drawing";
    this.undo.disabled = !this.pad.canUndo();
  }

  showPicture() {
    const { model, drawn } = this;
    const [picture, images, stage] = [model.get("picture"), model.get("images"), model.get("stage")];
    if (drawn.picture === picture && drawn.images === images && drawn.stage === stage) return; // both came at once
    this.drawn = { picture, images, stage };
    const [, image, mean, charge] = unpack(images);
    this.placed.show(picture.is_empty ? BLANK : image, 1, `as it is compared: ${picture.image}`);
    if (isOnlyCentred(drawn.picture, picture)) {
      const [row, column] = [0, 1].map((axis) => drawn.picture.middle[axis] - picture.middle[axis]);
      this.placed.slideFrom(column, row, MOTION_MS);
    }
    this.showSteps(picture.steps);
    this.rows.show(picture, stage === "charges");
    if (stage === "charges") this.charges.show(picture, { image, mean, charge });
    this.showPad();
    this.showCaption();
  }

  /** The switches of the placing; they are made once, so that one keeps the focus. */
  showSteps(steps) {
    if (!this.steps.childElementCount) {
      for (const { name, title, does } of steps) {
        const input = h("input", { type: "checkbox", onchange: () => this.save({ [name]: input.checked }) });
        this.steps.append(h("label", { title: does }, input, title));
      }
    }
    this.steps.querySelectorAll("input").forEach((input, at) => {
      input.checked = steps[at].is_on;
    });
  }

  showTable() {
    const { model } = this;
    const table = model.get("table");
    if (!table.counts) return;
    this.table.show(table, unpack(model.get("gallery")), {
      index: model.get("index"),
      said: model.get("picture").caption,
    });
    this.showCaption();
  }

  showCurve() {
    const curve = this.model.get("curve");
    if (!curve.shares) return;
    this.curve.show(curve);
    this.showCaption();
  }

  showControls() {
    this.controls.showSettings();
  }

  showProgress() {
    const { message } = this.model.get("progress");
    this.progress.textContent = message ?? "";
    this.progress.hidden = !message;
    set(this.view.stage, { "aria-busy": String(Boolean(message)) });
  }

  showCaption() {
    const { model } = this;
    const sentences = {
      draw: model.get("picture").caption,
      charges: model.get("picture").charge,
      confusion: model.get("table").caption,
      shift: model.get("curve").caption,
    };
    this.view.caption.replaceChildren(...prose(sentences[model.get("stage")] ?? ""));
  }
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "similarity", "Similarity explorer");
  new Explorer(view, context.model);
  context.model.send({ view: 1 });
  return view.destroy;
}

export default { render };
