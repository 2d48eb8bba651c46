// The drawing of StrideExplorer: the view above, the storage below, and the hops that tie an element to its cell.
// Its cells are kept from picture to picture and move to their new places: a redraw costs what has changed.
import { drawing, s, set, UNITS_PER_EM } from "../shared/dom.js";
import { signed } from "../shared/format.js";
import { decorate } from "./decorations.js";
import { indexOf } from "./layout.js";
import { append, Mark, matchMarks } from "./marks.js";
import { createPaths, createWalk, thread } from "./paths.js";
import { Transitions } from "./transitions.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./layout.js").Place} Place
 * @typedef {import("./transitions.js").Transition} Transition
 * @typedef {{ element?: number, cell?: number }} Target  an element by its row-major number, or a storage position
 */

const classes = (...names) => names.filter(Boolean).join(" ");
const layer = (name, attributes) => s("g", { class: `wl-${name}`, ...attributes });

/** The SVG of a widget: empty at first. The node of a mark carries data-e, its element, or data-p, its position. */
export class Scene {
  /** @param {AbortSignal} signal  ends all motion */
  constructor(signal) {
    const threads = layer("threads", { "aria-hidden": "true" });
    this.decor = layer("decor", { "aria-hidden": "true" });
    this.view = layer("view", {});
    this.storage = layer("storage", {});
    this.walls = s("path", { class: "wl-wall" });
    this.walk = layer("walk", { role: "img" });
    this.node = drawing(1, 1, "", threads, this.decor, this.view, this.storage, this.walls, this.walk);
    set(this.node, { role: "group" });

    /** @type {Picture | null} */
    this.picture = null;
    /** @type {Layout | null} */
    this.layout = null;
    /** @type {Mark[]} */
    this.elements = []; // by number
    /** @type {Map<number, Mark>} */
    this.cells = new Map(); // by position
    /** @type {Map<number, number[]>} */
    this.readers = new Map(); // the elements that read each position

    this.transitions = new Transitions(signal);
    this.drawThreads = createPaths(threads);
    this.drawWalk = createWalk(this.walk);
    /** @type {import("./decorations.js").FacetLabels[]} */
    this.labels = [];
    /** @type {[Element, string][]} */
    this.highlighted = []; // nodes and the classes they got
  }

  /**
   * Draw a picture where `layout` says; with `moving`, everything moves there from where its number was.
   * @param {Picture} picture
   * @param {Layout} layout
   * @param {boolean} moving
   */
  show(picture, layout, moving) {
    this.clearHighlight();
    const { picture: old, elements, cells } = this;
    const copied = old !== null && old.base !== picture.base;
    this.picture = picture;
    this.layout = layout;
    this.readers = new Map();
    picture.positions.forEach((position, e) => append(this.readers, position, e));
    const texts = new Map(picture.cells.map((position, n) => [position, picture.texts[n]]));
    const before = { positions: old?.positions ?? [], elements, cells };
    const transitions = [...this.showElements(before, texts, copied), ...this.showCells(before, texts, copied)];

    const { labels, parts, wall } = decorate(picture, layout);
    this.labels = labels;
    this.decor.replaceChildren(...parts);
    set(this.walls, { d: wall });
    const { width, height, roomy } = layout;
    set(this.node, {
      viewBox: `0 0 ${width} ${height}`,
      style: `width:${width / UNITS_PER_EM}em;height:${height / UNITS_PER_EM}em`,
      class: roomy ? "wl-roomy" : null,
    });
    this.transitions.start(transitions, moving);
  }

  /**
   * @param {{ positions: number[], elements: Mark[], cells: Map<number, Mark> }} before
   * @param {Map<number, string>} texts  by position
   * @param {boolean} copied
   */
  showElements(before, texts, copied) {
    const { picture, layout } = this;
    const origins = copied ? picture.origins : picture.positions;
    const { marks, starts, spare } = matchMarks(picture.positions.length, origins, before, () =>
      this.createMark(false),
    );
    for (const mark of spare) mark.node.remove();
    this.elements = marks;
    return marks.flatMap((mark, e) => {
      const text = texts.get(picture.positions[e]);
      mark.applyAttributes({
        size: layout.size,
        name: classes(picture.ghosts[e] && "wl-ghost", !this.exists(picture.positions[e]) && "wl-is-bad"),
        role: "img",
        text: text ?? "?",
        label: this.elementLabel(e, text),
      });
      mark.node.dataset.e = String(e);
      return this.send(mark, layout.elements[e], starts[e]);
    });
  }

  /**
   * @param {{ cells: Map<number, Mark> }} before
   * @param {Map<number, string>} texts  by position
   * @param {boolean} copied
   */
  showCells(before, texts, copied) {
    const { picture, layout } = this;
    const spare = [...before.cells].filter(([position]) => !layout.cells.has(position)).map(([, mark]) => mark);
    const complete = picture.shown && picture.shape.every((n, axis) => n === picture.shown[axis]);
    /** @type {Transition[]} */
    const transitions = [];
    this.cells = new Map();
    for (const [position, place] of layout.cells) {
      const kept = before.cells.get(position);
      const mark = kept ?? spare.pop() ?? this.createMark(true);
      const readers = this.readers.get(position) ?? [];
      const [text, real] = [texts.get(position), this.exists(position)];
      mark.applyAttributes({
        size: layout.size,
        name: classes("wl-store", !real && "wl-is-bad", complete && !readers.length && "wl-not-read"),
        role: real ? "button" : "img",
        text,
        number: place.numbered ? signed(position) : "",
        label: this.cellLabel(position, text, readers.length),
      });
      mark.node.dataset.p = String(position);
      transitions.push(...this.send(mark, place, copied ? this.elements[readers[0]] : kept?.now));
      this.cells.set(position, mark);
    }
    for (const mark of spare) mark.node.remove();
    return transitions;
  }

  /** @param {boolean} stored */
  createMark(stored) {
    const mark = new Mark(stored);
    (stored ? this.storage : this.view).append(mark.node);
    return mark;
  }

  /**
   * Put a mark at its place, or give back the transition that takes it there.
   * @param {Mark} mark
   * @param {Place} to
   * @param {Place | null | undefined} from
   * @returns {Transition[]}
   */
  send(mark, to, from) {
    Object.assign(mark, to, { size: this.layout.size });
    if (from && (from.x !== to.x || from.y !== to.y)) return [{ mark, from, to }];
    mark.moveTo(to);
    return [];
  }

  /** @param {number} position */
  exists(position) {
    return position >= 0 && position < this.picture.storage_size;
  }

  /** @param {number} e @param {string | undefined} text */
  elementLabel(e, text) {
    const { name, positions, shown, ghosts } = this.picture;
    const what = this.exists(positions[e])
      ? `= ${text}, reads storage cell ${positions[e]}`
      : `reads position ${positions[e]}, outside the storage`;
    return `${name}[${indexOf(e, shown).join(", ")}] ${what}${ghosts[e] ? ", which another element reads too" : ""}`;
  }

  /** @param {number} position @param {string} text @param {number} count  of its readers */
  cellLabel(position, text, count) {
    if (!this.exists(position)) return `position ${position}: no cell of this storage`;
    return `storage cell ${position}: ${text}, read by ${count} of the elements shown; Enter writes into it`;
  }

  /**
   * Highlight an element or a cell and all that is tied to it.
   * @param {Target} target
   */
  highlight({ element, cell }) {
    this.clearHighlight();
    const position = element === undefined ? cell : this.picture.positions[element];
    const place = this.cells.get(position);
    const readers = this.readers.get(position) ?? [];
    if (place) this.mark(place.node, "wl-on");
    for (const e of readers)
      this.mark(this.elements[e].node, element === undefined || e === element ? "wl-on" : "wl-related");
    if (element !== undefined) {
      const [l, k, i, j] = [0, 0, 0, 0, ...indexOf(element, this.picture.shown)].slice(-4);
      const facet = this.labels.find((one) => one.l === l && one.k === k);
      for (const label of [facet?.down[i], facet?.along[j], facet?.name]) if (label) this.mark(label, "wl-at");
    }
    const tied = element === undefined ? readers : [element];
    const threads = place ? tied.map((e) => thread(this.elements[e], place, this.layout)) : [];
    this.drawThreads(threads.map((d) => ({ d, name: null })));
    this.drawWalk(element, this.picture, this.cells, this.layout, threads);
  }

  /** @param {Element} node @param {string} name */
  mark(node, name) {
    node.classList.add(name);
    this.highlighted.push([node, name]);
  }

  clearHighlight() {
    for (const [node, name] of this.highlighted) node.classList.remove(name);
    this.highlighted = [];
  }

  /**
   * Let a number that was just written move from its cell to every element that reads it.
   * @param {number} position
   */
  spread(position) {
    const cell = this.cells.get(position);
    const numbers = (this.readers.get(position) ?? []).map((e) => {
      const { text, x, y } = this.elements[e];
      return { text, from: { x: cell.x - x, y: cell.y - y }, to: { x: 0, y: 0 } };
    });
    this.transitions.start([...this.transitions.running, ...numbers], true);
  }

  /** @param {string} message  what the drawing shows @param {string} walk  what the hops show */
  describe(message, walk) {
    set(this.node, { "aria-label": message });
    set(this.walk, { "aria-label": walk });
  }

  /** @param {Target} target */
  markOf({ element, cell }) {
    return element === undefined ? this.cells.get(cell) : this.elements[element];
  }

  /** @param {number} position  itself where it is drawn, else the first cell */
  nearestCell(position) {
    return this.cells.has(position) ? position : this.picture.cells[0];
  }
}
