// Operands and result side by side; what is looked at, or what the loops are at, lights up in them.
import { keepFocus } from "../shared/controls.js";
import { h, setChildren } from "../shared/dom.js";
import { cellSize } from "../shared/format.js";
import { createTerm, stopOf } from "../shared/panel.js";
import { createPanel } from "./panel.js";
import { describeOperand, describeResult, describeStep, plain } from "./sentences.js";
import { cellOf, createWalk, placesIn } from "./walk.js";

/**
 * @typedef {import("./walk.js").Picture} Picture
 * @typedef {import("./walk.js").Panel} Panel
 */

const ROOMY = 6; // up to so many rows and columns are drawn in large cells

export class Scene {
  /**
   * @param {object} listeners
   * @param {(nodes: (string | Node)[]) => void} listeners.onsay  what is seen, in words
   * @param {(letter: string) => void} listeners.onletter  the letter of an axis was pressed
   */
  constructor({ onsay, onletter }) {
    this.onsay = onsay;
    this.onletter = onletter;
    this.node = h("div", { class: "wl-panels", role: "group", "aria-label": "operands and result" });
    /** @type {{ key: string, panel: ReturnType<typeof createPanel>, node: HTMLElement }[]} */
    this.terms = []; // of the operands, then of the result
    /** @type {Element[]} */
    this.lit = [];
    this.step = 0;
    /** @type {{ which: number, p: number } | null} */
    this.looked = null; // the cell that is looked at
  }

  /**
   * Draw a picture. What looks as it did before stays, and only its numbers are written again.
   * @param {Picture} picture
   * @param {Panel | null} target  the result that a challenge asks for
   */
  build(picture, target) {
    this.picture = picture;
    this.walk = createWalk(picture);
    const all = [...picture.operands, picture.result];
    const marks = Object.fromEntries(picture.letters.map(({ name, mark }) => [name, mark]));
    const size = sizeOfCells(all);
    const last = all.length - 1;
    const before = this.terms;
    /** @param {number} which */
    const earlier = (which) => (which === last ? before.at(-1) : before.slice(0, -1)[which]);
    this.terms = all.map((panel, which) => {
      const role = which === last ? "result" : "operand";
      const sign = !which ? "" : which < last ? "·" : picture.summed ? "∑ →" : "→";
      const key = JSON.stringify([{ ...panel, reads: "", texts: [], values: [] }, which, role, sign, size, marks]);
      if (earlier(which)?.key === key) return earlier(which);
      const drawn = this.createPanel(which, { panel, role, marks, size, stop: stopOf(earlier(which)?.panel) });
      return { key, panel: drawn, node: createTerm(sign, drawn.node) };
    });
    if (this.looked && this.terms[this.looked.which] !== before[this.looked.which]) this.looked = null;
    const nodes = this.terms.map(({ node }) => node);
    if (target) nodes.push(targetTerm(target, size));
    keepFocus(this.node, () => setChildren(this.node, nodes));
    this.panels.forEach((panel, which) => panel.renew(all[which].texts));
  }

  /**
   * @param {number} which
   * @param {Pick<Parameters<typeof createPanel>[0], "panel" | "role" | "marks" | "size" | "stop">} look
   */
  createPanel(which, look) {
    return createPanel({
      ...look,
      describe: (p) => plain(this.describe(which, p)),
      onHighlight: (p) => {
        this.looked = p === null ? null : { which, p };
        this.show();
      },
      onletter: this.onletter,
    });
  }

  /** The operands, then the result. */
  get panels() {
    return this.terms.map(({ panel }) => panel);
  }
  /** The number of the result among the panels. */
  get result() {
    return this.terms.length - 1;
  }

  /**
   * @param {number} which
   * @param {number} p
   */
  describe(which, p) {
    const operand = this.picture.operands[which];
    return operand ? describeOperand(operand, p) : describeResult(this.picture, this.walk.placesOf(p), p);
  }

  /**
   * Where each loop is in a step, as its index; nothing before the first.
   * @param {number} step
   * @returns {Record<string, number>}
   */
  valuesAt(step) {
    if (!step) return {};
    const places = this.walk.placesAt(step);
    return Object.fromEntries(this.picture.letters.map(({ name, shown }) => [name, shown[places[name]]]));
  }

  /** @param {number} step */
  seek(step) {
    this.step = step;
    const { texts } = this.picture.result;
    const held = step ? this.walk.heldAfter(step) : null;
    this.panels[this.result].write(held ? held.map((at) => (at ? this.picture.steps.sums[at - 1] : "0")) : texts);
    this.show();
  }

  /** Light up what is looked at, else where the loops are, else one cell of the result; and say what it is. */
  show() {
    for (const cell of this.lit) cell.classList.remove("wl-on", "wl-on-k", "wl-now");
    for (const panel of this.panels) panel.point(null);
    this.lit = [];
    const cells = this.picture.result.texts.length;
    if (this.looked) this.showLooked(this.looked);
    else if (this.step) this.showStep();
    else if (cells) this.showLooked({ which: this.result, p: Math.min(1, cells - 1) });
    else this.onsay([this.picture.summary]);
  }

  /** @param {{ which: number, p: number }} cell */
  showLooked({ which, p }) {
    this.mark(which, p, "wl-on");
    this.panels[which].point(p);
    if (which === this.result) this.markSources(p);
    else this.markResults(which, p);
    this.onsay(this.describe(which, p));
  }

  /**
   * The cells that make a cell of the result: green where they are summed over.
   * @param {number} p
   */
  markSources(p) {
    const all = this.walk.placesOf(p);
    this.picture.operands.forEach((operand, at) => {
      const along = [...operand.letters].some((letter) => this.picture.summed.includes(letter));
      const cells = new Set(all.map((places) => cellOf(operand, places)));
      for (const each of cells) this.mark(at, each, along ? "wl-on-k" : "wl-on");
    });
  }

  /**
   * The cells of the result that a cell of an operand takes part in.
   * @param {number} which
   * @param {number} p
   */
  markResults(which, p) {
    const { operands, result } = this.picture;
    const places = placesIn(operands[which], p);
    if (!places) return;
    const { letters, shown } = operands[which];
    const narrow = new Set([...letters].filter((_, axis) => shown[axis].length === 1)); // or stretched: read everywhere
    result.texts.forEach((_, cell) => {
      const there = Object.entries(placesIn(result, cell));
      const isMade = there.every(([letter, at]) => narrow.has(letter) || (places[letter] ?? at) === at);
      if (isMade) this.mark(this.result, cell, "wl-on");
    });
  }

  /** The loops' place: the factors of this step, and the cell that they are added to. */
  showStep() {
    const { operands, result } = this.picture;
    const places = this.walk.placesAt(this.step);
    const cell = cellOf(result, places);
    this.markSources(cell);
    operands.forEach((operand, at) => {
      this.mark(at, cellOf(operand, places), "wl-now");
      this.panels[at].point(cellOf(operand, places));
    });
    this.mark(this.result, cell, "wl-on");
    this.panels[this.result].point(cell);
    this.onsay(describeStep(this.picture, places, this.step));
  }

  /**
   * @param {number} which
   * @param {number} p
   * @param {string} name
   */
  mark(which, p, name) {
    const cell = this.panels[which].cells[p];
    if (!cell) return;
    cell.classList.add(name);
    this.lit.push(cell);
  }
}

/** @param {Panel[]} panels */
function sizeOfCells(panels) {
  const most = Math.max(0, ...panels.flatMap(({ shown }) => shown.slice(-2).map((indices) => indices.length)));
  return cellSize(
    panels.flatMap(({ texts }) => texts),
    most > ROOMY ? 28 : 36,
  );
}

/**
 * @param {Panel} target
 * @param {number} size
 */
function targetTerm(target, size) {
  const panel = createPanel({
    panel: { ...target, name: "wanted" },
    role: "result",
    marks: {},
    size: cellSize(target.texts, size),
    describe: (p) => target.values[p],
    onHighlight: () => {},
    onletter: () => {},
  });
  const term = createTerm("?", panel.node);
  term.classList.add("wl-target");
  return term;
}
