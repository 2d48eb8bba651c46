// The marks of the drawing: one cell each, of the view or of the storage, kept from picture to picture.
import { s, set } from "../shared/dom.js";
import { range } from "../shared/format.js";

/** @typedef {import("./layout.js").Place} Place */

/** A square with a text: `node`, which belongs at x, y and is drawn at `now`, elsewhere while it is moving. */
export class Mark {
  /** @param {boolean} stored  a storage cell, which carries its number below */
  constructor(stored) {
    this.rect = s("rect", { x: 0.5, y: 0.5 });
    this.text = s("text");
    this.under = stored ? s("text", { class: "wl-position wl-quiet" }) : null;
    // in the order in which its label is read: position, number
    this.node = s("g", { tabindex: -1 }, this.rect, this.under, this.under && " ", this.text);
    this.x = 0;
    this.y = 0;
    this.row = 0;
    this.col = 0;
    this.size = 0;
    /** @type {Place | null} */
    this.now = null;
    this.appliedAttributes = {};
  }

  /**
   * Write only what differs from what was applied last; asking the document would cost as much as writing.
   * @param {{ size: number, name: string, role: string, label: string, text: string, number?: string }} wanted
   */
  applyAttributes(wanted) {
    const { node, rect, text, under } = this;
    const differs = (name) => this.appliedAttributes[name] !== wanted[name];
    if (differs("size")) {
      set(rect, { width: wanted.size - 1, height: wanted.size - 1 });
      set(text, { x: wanted.size / 2, y: wanted.size / 2 });
      if (under) set(under, { x: wanted.size / 2, y: wanted.size + 11 });
    }
    if (differs("name")) set(node, { class: `wl-cell ${wanted.name}` });
    if (differs("label")) set(node, { "aria-label": wanted.label });
    if (differs("role")) set(node, { role: wanted.role });
    if (differs("text")) text.textContent = wanted.text;
    if (under && differs("number")) under.textContent = wanted.number;
    this.appliedAttributes = wanted;
  }

  /** @param {Place} place */
  moveTo({ x, y }) {
    if (this.now?.x !== x || this.now.y !== y)
      set(this.node, { transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})` });
    this.now = { x, y };
  }
}

/**
 * @template K, V
 * @param {Map<K, V[]>} map
 * @param {K} key
 * @param {V} value
 */
export function append(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}

/**
 * Which mark shows which element of a new picture, and where each comes from: the mark that showed the same number, if
 * there is one. Returns the marks, their starts, and the old marks that are not needed any more.
 *
 * @param {number} count  of the elements in the new picture
 * @param {number[] | undefined} origins  the old storage position of each element
 * @param {{ positions: number[], elements: Mark[], cells: Map<number, Mark> }} before  the old picture's
 * @param {() => Mark} createMark
 */
export function matchMarks(count, origins, before, createMark) {
  /** @type {Mark[]} */
  const marks = Array(count);
  /** @type {(Place | undefined)[]} */
  const starts = Array(count);
  /** @type {Map<number, Mark[]>} */
  const free = new Map();
  const firstSeen = new Map(); // position -> the place where its number was first seen
  before.positions.forEach((position, e) => {
    const mark = before.elements[e];
    if (!firstSeen.has(position)) firstSeen.set(position, { ...mark.now });
    if (e < count && origins?.[e] === position) {
      marks[e] = mark;
      starts[e] = mark.now;
    } else append(free, position, mark);
  });
  for (const e of range(count)) {
    if (marks[e]) continue;
    marks[e] = free.get(origins?.[e])?.shift();
    if (marks[e]) starts[e] = marks[e].now;
  }
  const spare = [...free.values()].flat();
  for (const e of range(count)) {
    if (marks[e]) continue;
    marks[e] = spare.pop() ?? createMark();
    starts[e] = firstSeen.get(origins?.[e]) ?? before.cells.get(origins?.[e])?.now;
  }
  return { marks, starts, spare };
}
