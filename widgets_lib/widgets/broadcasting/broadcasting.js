import { button, dropdown, icon, iconButton, keepFocus } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { cellSize } from "../shared/format.js";
import { createFrame, createTerm, stopOf } from "../shared/panel.js";
import { createRadioGroup } from "../shared/radio-group.js";
import { createRoom, createSteadyHeight } from "../shared/resize.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { createPanel } from "./panel.js";
import { createPictures } from "./pictures.js";
import { createRules } from "./rules.js";
import { describeOperand, describeResult, plain } from "./sentences.js";
import { Table } from "./table.js";

/**
 * @typedef {import("./sentences.js").Panel} Panel
 * @typedef {import("./sentences.js").Picture} Picture
 */

const PHONE = 420; // drawing units of room: cells are small
const BESIDE = 760; // the repairs stand beside the drawing
const ROOMY = 6; // up to so many rows and columns are drawn in large cells

/** One view of a BroadcastExplorer. */
class Explorer {
  /**
   * @param {ReturnType<typeof createView>} view
   * @param {import("@anywidget/types").AnyModel} model
   */
  constructor(view, model) {
    this.view = view;
    this.model = model;
    /** @type {Picture} */
    this.picture = model.get("picture");
    /** @type {ReturnType<typeof createPanel>[]} */
    this.panels = []; // one for each operand, then the result's if there is one
    /** @type {Element[]} */
    this.highlighted = [];

    this.createControls();
    this.table = new Table({
      onshape: (at, text) => view.save({ shapes: model.get("shapes").with(at, text) }),
      onremove: (at) => model.send({ remove: at }),
      onadd: () => model.send({ add: true }),
    });
    this.rules = createRules({ onrepair: (at) => model.send({ repair: at }) });
    this.scene = h("div", { class: "wl-panels", role: "group", "aria-label": "operands and result" });
    this.bench = h("div", { class: "wl-bench" }, this.scene);
    view.stage.append(this.bench);
    view.caption.after(h("div", { class: "wl-lower" }, this.table.node, this.rules.rules));
    this.steady = createSteadyHeight(view.stage, 0);
    this.room = createRoom(view, { onchange: () => this.resize() });

    view.listen(["shapes", "operator", "preset", "invalid_operands", "presets", "operators"], () => this.showInputs());
    view.listen(["picture"], () => {
      this.show();
      this.stretch();
    });
    view.listen(["result_image", "at_pixel", "levels", "pixel"], () => this.showPictures());
    this.show();
  }

  createControls() {
    const { view, model } = this;
    this.presets = dropdown(
      "example",
      [
        { value: "", text: "your own shapes" },
        ...model.get("presets").map(({ key, title, about }) => ({ value: key, text: `${title} · ${about}` })),
      ],
      model.get("preset"),
      (preset) => preset && view.save({ preset }),
    );
    this.operators = createRadioGroup({
      label: "operator",
      className: "wl-operators wl-mono",
      inputClass: "wl-visually-hidden",
      options: model.get("operators").map(({ key, symbol, title }) => ({
        value: key,
        content: symbol,
        name: title,
        attributes: { title },
      })),
      onchoose: (operator) => view.save({ operator }),
    });
    this.again = button([icon("play"), h("span", {}, "stretch again")], () => this.stretch());
    const restart = iconButton("restart", "start again", () => model.send({ restart: true }));
    view.controls.append(this.operators.node, this.again, restart, this.presets.node);
  }

  // ---- drawing ----

  showInputs() {
    const { model, presets } = this;
    this.table.write(model.get("shapes"), model.get("invalid_operands"));
    this.operators.choose(model.get("operator"));
    presets.select.value = model.get("preset");
    presets.select.options[0].hidden = model.get("preset") !== "";
  }

  show() {
    this.picture = this.model.get("picture");
    const { operands } = this.picture;
    const axes = this.axes;
    this.axes = this.picture.axes.length;
    this.showInputs();
    this.table.show(this.picture);
    if (this.axes !== axes) this.table.showEnd();
    this.rules.show(this.picture);
    this.again.hidden = prefersReducedMotion();
    this.again.disabled = !operands.some(({ reader, home }) => home && reader.length > home.length);
    this.showPanels();
    this.showSummary();
    this.arrange(false);
  }

  resize() {
    this.table.showEnd();
    this.showPanels();
    this.arrange(true);
  }

  /** The repairs beside the drawing or, without room there, below the sentence; the drawing as high as it was. */
  arrange(resized) {
    const { view, rules, bench, room, steady } = this;
    const beside = room.width >= BESIDE;
    const { repairs } = rules;
    keepFocus(view.root, () => {
      if (beside && repairs.parentNode !== bench) bench.append(repairs);
      if (!beside && repairs.parentNode !== view.root) view.caption.after(repairs);
    });
    steady.fit(bench.offsetHeight / room.unit(), { afresh: resized });
  }

  showPanels() {
    const { operands, result, expression, symbol, pictures } = this.picture;
    const figures = pictures ? this.createPictures() : this.createPanels();
    if (!result) figures.push(noResult(expression));
    this.scene.classList.toggle("wl-pictured", Boolean(pictures));
    const sign = (at) => (!at ? "" : at < operands.length ? symbol : "=");
    const terms = figures.map((figure, at) => createTerm(sign(at), figure));
    keepFocus(this.scene, () => this.scene.replaceChildren(...terms));
    this.showPictures();
  }

  createPictures() {
    const { view, model } = this;
    this.highlighted = [];
    this.panels = [];
    this.pictures = createPictures(this.picture, {
      onlevel: (name, values) => view.save({ levels: { ...model.get("levels"), [name]: values } }),
      onpixel: (pixel) => view.save({ pixel }),
    });
    return this.pictures.figures;
  }

  /** What changes while a slider moves. */
  showPictures() {
    const { model } = this;
    const [image, sentence] = [model.get("result_image"), model.get("at_pixel")];
    const [levels, pixel] = [model.get("levels"), model.get("pixel")];
    if (!this.picture.pictures) return;
    this.pictures.show({ image, levels, pixel, sentence: sentence.replaceAll("`", "") });
    this.showSummary();
  }

  createPanels() {
    const { operands, result, comparison } = this.picture;
    this.highlighted = [];
    this.earlier = this.panels;
    this.panels = operands.map((operand, at) =>
      this.createPanel(operand, operand.reader, at, (p) => describeOperand(operand, p)),
    );
    if (result) {
      const elements = result.texts.map((_, p) => p);
      const panel = this.createPanel(result, elements, operands.length, (p) => describeResult(this.picture, p));
      if (comparison) result.texts.forEach((text, p) => panel.cells[p].classList.toggle("wl-true", text === "True"));
      this.panels.push(panel);
    }
    return this.panels.map(({ node }) => node);
  }

  /**
   * @param {Panel} panel
   * @param {number[]} elements  that its cells read
   * @param {number} which  among the panels
   * @param {(p: number) => (string | Node)[]} describe
   */
  createPanel(panel, elements, which, describe) {
    const { operands, result, shown } = this.picture;
    const most = Math.max(...shown.slice(-2).map((indices) => indices.length), 0); // rows or columns
    const texts = [...operands, ...(result ? [result] : [])].flatMap((each) => each.texts);
    return createPanel({
      panel,
      shown,
      size: cellSize(texts, most > ROOMY || this.room.width < PHONE ? 32 : 44, { padding: 4 }),
      elements,
      first: stopOf(this.earlier[which]),
      describe: (p) => plain(describe(p)),
      onHighlight: (p) => this.highlight(which, p),
    });
  }

  showSummary() {
    const { summary, pictures } = this.picture;
    const sentence = pictures ? this.model.get("at_pixel") : "";
    this.view.caption.replaceChildren(...prose(sentence ? `${sentence} ${summary}` : summary));
  }

  stretch() {
    if (!prefersReducedMotion()) for (const panel of this.panels) panel.stretch();
  }

  // ---- highlighting a cell: what made it, or what it makes ----

  /**
   * @param {number} which  among the panels
   * @param {number | null} p
   */
  highlight(which, p) {
    for (const cell of this.highlighted) cell.classList.remove("wl-on", "wl-source");
    for (const panel of this.panels) panel.point(null);
    this.highlighted = [];
    if (p === null) this.showSummary();
    else if (which < this.picture.operands.length) this.highlightElement(which, p);
    else this.highlightResult(p);
  }

  /**
   * A result's cell: what each operand reads there, and the real cell behind a ghost.
   * @param {number} p
   */
  highlightResult(p) {
    for (const panel of this.panels) {
      this.mark(panel.cells[p]);
      panel.point(p);
    }
    this.picture.operands.forEach(({ home, reader }, at) => {
      this.mark(this.panels[at].cells[home[reader[p]]], "wl-source");
    });
    this.view.caption.replaceChildren(...describeResult(this.picture, p));
  }

  /**
   * An operand's cell: the one number it is, all its ghosts, and every result it takes part in.
   * @param {number} which
   * @param {number} p
   */
  highlightElement(which, p) {
    const { operands, result } = this.picture;
    const { reader, home } = operands[which];
    reader.forEach((k, at) => {
      if (k !== reader[p] || k < 0) return;
      this.mark(this.panels[which].cells[at]);
      if (result) this.mark(this.panels[operands.length].cells[at]);
    });
    if (reader[p] >= 0) this.mark(this.panels[which].cells[home[reader[p]]], "wl-source");
    this.view.caption.replaceChildren(...describeOperand(operands[which], p));
  }

  /**
   * @param {Element} cell
   * @param {string[]} names  further classes
   */
  mark(cell, ...names) {
    cell.classList.add("wl-on", ...names);
    this.highlighted.push(cell);
  }
}

/** @param {string} expression */
const noResult = (expression) => createFrame(expression, "", h("p", { class: "wl-none wl-clash" }, "✗ no result"));

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "broadcasting", "Broadcast explorer");
  new Explorer(view, context.model);
  return view.destroy;
}

export default { render };
