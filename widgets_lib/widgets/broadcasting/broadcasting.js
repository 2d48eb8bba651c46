import { button, dropdown, icon, iconButton } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { cellSize } from "../shared/format.js";
import { createRadioGroup } from "../shared/radio-group.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { createPanel } from "./panel.js";
import { createRules } from "./rules.js";
import { describeOperand, describeResult, plain } from "./sentences.js";
import { Table } from "./table.js";

/**
 * @typedef {import("./sentences.js").Panel} Panel
 * @typedef {import("./sentences.js").Picture} Picture
 */

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
    view.stage.append(h("div", { class: "wl-top" }, this.table.node, this.rules.node), this.scene);

    view.listen(["shapes", "operator", "preset", "invalid_operands", "presets", "operators"], () => this.showInputs());
    view.listen(["picture"], () => {
      this.show();
      this.stretch();
    });
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
    this.again = button("stretch again", () => this.stretch());
    this.again.prepend(icon("play"));
    const restart = iconButton("restart", "start again", () => model.send({ restart: true }));
    view.controls.append(restart, this.presets.node, this.operators.node, this.again);
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
    this.showInputs();
    this.table.show(this.picture);
    this.rules.show(this.picture);
    this.again.hidden = prefersReducedMotion();
    this.again.disabled = !operands.some((operand) => operand.reader.length > operand.home.length);
    this.showPanels();
    this.showSummary();
  }

  showPanels() {
    const { operands, result, expression, symbol, comparison } = this.picture;
    this.highlighted = [];
    this.panels = operands.map((operand, at) =>
      this.createPanel(operand, operand.reader, at, (p) => describeOperand(operand, p)),
    );
    if (result) {
      const elements = result.texts.map((_, p) => p);
      const panel = this.createPanel(result, elements, operands.length, (p) => describeResult(this.picture, p));
      if (comparison) result.texts.forEach((text, p) => panel.cells[p].classList.toggle("wl-true", text === "True"));
      this.panels.push(panel);
    }
    const figures = this.panels.map(({ node }) => node);
    if (!result) figures.push(noResult(expression));
    this.scene.replaceChildren(
      ...figures.map((figure, at) => {
        const sign = at < operands.length ? symbol : "=";
        return h("div", { class: "wl-term" }, at > 0 && h("span", { class: "wl-between wl-mono" }, sign), figure);
      }),
    );
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
      size: cellSize(texts, most > ROOMY ? 32 : 44),
      elements,
      describe: (p) => plain(describe(p)),
      onHighlight: (p) => this.highlight(which, p),
    });
  }

  showSummary() {
    this.view.caption.replaceChildren(...prose(this.picture.summary));
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
const noResult = (expression) =>
  h("figure", {}, h("figcaption", {}, h("code", {}, expression)), h("p", { class: "wl-none wl-clash" }, "✗ no result"));

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "broadcasting", "Broadcast explorer");
  new Explorer(view, context.model);
  return view.destroy;
}

export default { render };
