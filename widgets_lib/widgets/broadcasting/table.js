// The shapes lined up at the right, one row each, with a field to type in.
import { button, keepFocus } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";

const VERDICTS = { equal: "= equal", stretched: "↔ stretched", padded: "+ padded", clash: "✗ clash" };

/**
 * @typedef {import("./sentences.js").Column} Column
 * @typedef {import("./sentences.js").Picture} Picture
 */

export class Table {
  /**
   * @param {object} listeners
   * @param {(at: number, text: string) => void} listeners.onshape
   * @param {(at: number) => void} listeners.onremove
   * @param {() => void} listeners.onadd
   */
  constructor({ onshape, onremove, onadd }) {
    this.onshape = onshape;
    this.onremove = onremove;
    this.head = h("tr");
    this.verdicts = h("tr", { class: "wl-verdicts" });
    this.result = h("tr", { class: "wl-result" });
    this.body = h("tbody");
    this.add = button("add an operand", onadd);
    /** @type {ReturnType<Table["createRow"]>[]} */
    this.rows = [];
    const foot = h("tfoot", {}, this.verdicts, this.result);
    const label = "The shapes, lined up at the right";
    this.node = h(
      "div",
      { class: "wl-lined-up" },
      h("table", { "aria-label": label }, h("thead", {}, this.head), this.body, foot),
      this.add,
    );
  }

  /** @param {number} at */
  createRow(at) {
    const name = h("th", { scope: "row" });
    const field = h("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      onchange: () => this.onshape(at, field.value),
    });
    const remove = button("✕", () => this.onremove(at));
    const end = h("td", { class: "wl-end" }, remove);
    return { name, field, remove, end, node: h("tr", {}, name, h("td", {}, field), end) };
  }

  /**
   * The texts of the fields, and which of them can't be used.
   * @param {string[]} texts
   * @param {number[]} invalid
   */
  write(texts, invalid) {
    this.keepFocus(() => this.fitRows(texts.length));
    this.rows.forEach(({ field }, at) => {
      if (field.value !== texts[at]) field.value = texts[at];
      set(field, { "aria-invalid": invalid.includes(at) ? "true" : null });
    });
  }

  /** @param {number} count */
  fitRows(count) {
    while (this.rows.length > count) this.rows.pop().node.remove();
    while (this.rows.length < count) {
      const row = this.createRow(this.rows.length);
      this.rows.push(row);
      this.body.append(row.node);
    }
  }

  /**
   * Make a change that may grey out or remove the button with the focus; another control then gets it.
   * @param {() => void} change
   */
  keepFocus(change) {
    keepFocus(this.node, change, [this.add, ...this.rows.map(({ field }) => field)]);
  }

  /** Bring the right end into sight, where the rule starts. */
  showEnd() {
    this.node.scrollLeft = this.node.scrollWidth;
  }

  /** @param {Picture} picture */
  show({ expression, operands, axes, shape, room }) {
    this.head.replaceChildren(h("td"), h("th", { scope: "col" }, "shape"), ...axes.map(columnHead), h("td"));
    this.rows.forEach(({ name, field, remove, end, node }, at) => {
      const code = operands[at]?.code ?? "";
      name.replaceChildren(h("code", {}, code));
      set(field, { "aria-label": `shape of ${code}` });
      set(remove, { "aria-label": `remove ${code}`, title: `remove ${code}` });
      for (const old of node.querySelectorAll(".wl-size")) old.remove(); // the field stays where it is, with its focus
      end.before(...axes.map((axis) => sizeCell(axis, at)));
    });
    this.verdicts.replaceChildren(h("td"), h("td"), ...axes.map(verdictCell), h("td"));
    this.result.replaceChildren(
      h(
        "th",
        { scope: "row", colspan: 2 },
        h("code", {}, expression),
        h("span", { class: shape ? "wl-mono" : "wl-clash" }, shape || "no result"),
      ),
      ...axes.map(resultCell),
      h("td"),
    );
    this.keepFocus(() => {
      this.add.disabled = !room;
      for (const { remove } of this.rows) remove.hidden = this.rows.length < 3;
    });
  }
}

/** @param {Column} column */
const columnHead = ({ label, name, tone }) =>
  h(
    "th",
    { scope: "col", class: tone ? `wl-${tone}` : "wl-quiet" },
    h("span", { class: "wl-mono" }, `axis ${label}`),
    h("span", {}, name),
  );

/**
 * The size of one operand along an axis.
 * @param {Column} column
 * @param {number} at
 */
function sizeCell({ sizes, size, verdict }, at) {
  const { text, padded, stretched } = sizes[at] ?? { text: "", padded: false, stretched: false };
  const marks = [verdict === "clash" && text !== "1" && "wl-clash", padded && "wl-padded"].filter(Boolean).join(" ");
  return h(
    "td",
    { class: `wl-size ${marks}`, title: padded ? "no axis here: counts as 1" : null },
    h("span", {}, text),
    stretched && h("span", { class: "wl-quiet" }, ` → ${size}`),
  );
}

/** @param {Column} column */
const verdictCell = ({ verdict, message }) =>
  h("td", { class: verdict === "clash" ? "wl-clash" : "wl-quiet", title: message }, VERDICTS[verdict]);

/** @param {Column} column */
const resultCell = ({ size, tone }) =>
  h("td", { class: `wl-size ${size ? (tone ? `wl-${tone}` : "") : "wl-clash"}` }, size || "✗");
