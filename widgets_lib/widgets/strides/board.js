// The drawing as something to point at, to walk through by keyboard, and to type into.
import { h, hasModifier, set } from "../shared/dom.js";
import { createEditor } from "./editor.js";
import { Scene } from "./scene.js";

/** @typedef {import("./scene.js").Target} Target */

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * What a node of the drawing shows.
 * @param {any} node
 * @returns {Target | null}
 */
function targetOf(node) {
  const found = node.closest?.("[data-e], [data-p]");
  if (!found) return null;
  return found.dataset.e === undefined ? { cell: Number(found.dataset.p) } : { element: Number(found.dataset.e) };
}

export class Board {
  /**
   * @param {AbortSignal} signal
   * @param {object} listeners
   * @param {(target: Target) => void} listeners.onHighlight  the pointer or the focus is on something
   * @param {(position: number, text: string) => void} listeners.onwrite
   */
  constructor(signal, { onHighlight, onwrite }) {
    this.scene = new Scene(signal);
    this.onHighlight = onHighlight;
    this.onwrite = onwrite;
    /** @type {Target} */
    this.current = { element: 0 }; // what stays highlighted when the pointer leaves
    this.node = h("div", { class: "wl-board" }, this.scene.node);
    set(this.node, {
      onpointerover: (event) => {
        const target = targetOf(event.target);
        if (target) onHighlight(target);
      },
      onpointerleave: () => onHighlight(this.current),
      onfocusin: (event) => {
        const target = targetOf(event.target);
        if (target) this.choose(target);
      },
      onclick: (event) => this.click(event),
      onkeydown: (event) => this.press(event),
    });
  }

  /** What has the focus, if it is in the drawing. */
  get focused() {
    return this.node.contains(document.activeElement) ? targetOf(document.activeElement) : null;
  }

  /**
   * Make this what stays highlighted, and what Tab reaches: one stop among the elements, one among the cells.
   * @param {Target} target
   */
  choose(target) {
    const { scene } = this;
    this.current = target;
    const position = target.element === undefined ? target.cell : scene.picture.positions[target.element];
    const element = target.element ?? scene.readers.get(position)?.[0] ?? 0;
    for (const node of scene.node.querySelectorAll('[tabindex="0"]')) set(node, { tabindex: -1 });
    for (const mark of [scene.elements[element], scene.cells.get(scene.nearestCell(position))])
      if (mark) set(mark.node, { tabindex: 0 });
    this.onHighlight(target);
  }

  /** @param {Target} target */
  focus(target) {
    this.scene.markOf(target)?.node.focus();
  }

  click(event) {
    const target = targetOf(event.target);
    if (!target) return;
    this.focus(target);
    if (target.cell !== undefined) this.edit(target.cell, null);
  }

  press(event) {
    const target = targetOf(event.target);
    if (!target || hasModifier(event)) return;
    const next =
      target.element === undefined
        ? this.cellBeside(target.cell, event.key)
        : this.elementBeside(target.element, event.key);
    const typed = event.key.length === 1 && /[-\d.]/.test(event.key) ? event.key : null;
    if (next) this.focus(next);
    else if (target.cell !== undefined && (event.key === "Enter" || event.key === " " || typed))
      this.edit(target.cell, typed);
    else return;
    event.preventDefault();
  }

  /**
   * Where a key leads from an element: to itself at an edge, null if the key leads nowhere.
   * @param {number} element
   * @param {string} key
   * @returns {Target | null}
   */
  elementBeside(element, key) {
    const { elements } = this.scene;
    if (key === "Home") return { element: 0 };
    if (key === "End") return { element: elements.length - 1 };
    const move = ARROWS[key];
    if (!move) return null;
    const { row, col } = elements[element];
    const found = elements.findIndex((mark) => mark.row === row + move[0] && mark.col === col + move[1]);
    return { element: found < 0 ? element : found };
  }

  /**
   * Where a key leads from a storage cell.
   * @param {number} position
   * @param {string} key
   * @returns {Target | null}
   */
  cellBeside(position, key) {
    const { cells } = this.scene.picture;
    if (key === "Home") return { cell: cells[0] };
    if (key === "End") return { cell: cells.at(-1) };
    const move = ARROWS[key];
    if (!move) return null;
    const next = move[0] ? this.cellInNextLine(position, move[0]) : cells[cells.indexOf(position) + move[1]];
    return { cell: next ?? position };
  }

  /**
   * The cell above or below, where the storage is wrapped.
   * @param {number} position
   * @param {number} by  1 for below, -1 for above
   */
  cellInNextLine(position, by) {
    const { cells } = this.scene;
    const { x, y } = cells.get(position);
    const beyond = [...cells].filter(([, mark]) => (mark.y - y) * by > 0);
    const nearest = Math.min(...beyond.map(([, mark]) => (mark.y - y) * by));
    return beyond
      .filter(([, mark]) => (mark.y - y) * by === nearest)
      .sort(([, a], [, b]) => Math.abs(a.x - x) - Math.abs(b.x - x))[0]?.[0];
  }

  /**
   * Type into one storage cell.
   * @param {number} position
   * @param {string | null} typed
   */
  edit(position, typed) {
    const { picture, cells } = this.scene;
    if (position < 0 || position >= picture.storage_size) return;
    const editor = createEditor(cells.get(position), {
      name: `new number for storage cell ${position}`,
      held: picture.exact[picture.cells.indexOf(position)],
      typed,
      onsave: (text) => this.onwrite(position, text),
      onreturn: () => this.focus({ cell: position }),
    });
    this.node.querySelector(".wl-edit-frame")?.remove();
    this.node.append(editor.node);
    editor.open();
  }
}
