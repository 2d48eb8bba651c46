// The confusion matrix: what each digit was read as, and the digits behind a cell.
import { button } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { clamp, range } from "../shared/format.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { createPixels } from "./pixels.js";

/**
 * Returns { node, show(table, images, picked) }; picked is the test digit that is looked at, { index, said }.
 * @param {{ oncell: (cell: number[]) => void, ondigit: (index: number) => void, onpage: (page: number) => void,
 *   onexplain: (() => void) | null }} on  onexplain: to what each pixel was charged, where there is a way to it
 */
export function createTable({ oncell, ondigit, onpage, onexplain }) {
  const cells = range(100).map((at) => createCell(Math.floor(at / 10), at % 10, oncell));
  const totals = range(10).map(() => h("span", { class: "wl-sum" }));
  const recalls = range(10).map(() => h("span", { class: "wl-sum" }));
  const head = (text, kind) => h("span", { class: `wl-head wl-${kind}`, "aria-hidden": "true" }, text);
  const grid = h(
    "div",
    {
      class: "wl-confusion",
      role: "group",
      "aria-label": "what each digit was read as; arrow keys move among the cells",
    },
    h("span", {}),
    ...range(10).map((said) => head(String(said), "j")),
    h("span", { class: "wl-sum wl-quiet" }, "right"),
    ...range(10).flatMap((true_) => [
      head(String(true_), "i"),
      ...cells.slice(10 * true_, 10 * true_ + 10).map((cell) => cell.node),
      recalls[true_],
    ]),
    h("span", {}),
    ...totals,
    h("span", { class: "wl-sum wl-quiet" }, "said"),
  );
  createRovingFocus(grid, {
    items: cells.map((cell) => cell.node),
    next(item, move, key) {
      const at = cells.findIndex((cell) => cell.node === item);
      if (!move) return cells[key === "Home" ? 10 * Math.floor(at / 10) : 10 * Math.floor(at / 10) + 9].node;
      const [row, column] = [clamp(Math.floor(at / 10) + move[0], 0, 9), clamp((at % 10) + move[1], 0, 9)];
      return cells[10 * row + column].node;
    },
  });
  const gallery = createGallery({ ondigit, onpage, onexplain });
  const legend = h(
    "p",
    { class: "wl-legend wl-quiet" },
    h("span", { class: "wl-i" }, "rows: what it is"),
    h("span", { class: "wl-j" }, "columns: what it was read as"),
  );
  const node = h("div", { class: "wl-all" }, h("div", {}, grid, legend), gallery.node);
  return {
    node,
    show(table, images, picked) {
      const isOpen = table.cell.length > 0;
      cells.forEach((cell, at) => {
        const [row, column] = [Math.floor(at / 10), at % 10];
        cell.show(
          table.counts[row][column],
          table.tones[row][column],
          isOpen && table.cell[0] === row && table.cell[1] === column,
        );
      });
      totals.forEach((total, at) => {
        total.textContent = String(table.totals[at]);
      });
      recalls.forEach((recall, at) => {
        recall.textContent = table.recalls[at];
      });
      gallery.show(table, images, picked);
    },
  };
}

function createCell(row, column, oncell) {
  const node = h("button", {
    type: "button",
    class: row === column ? "wl-right" : "wl-wrong",
    "aria-label": `${row} read as ${column}`,
    onclick: () => oncell([row, column]),
  });
  return {
    node,
    show(count, tone, isOpen) {
      node.textContent = count ? String(count) : "·";
      node.style.setProperty("--tone", `${Math.round(100 * tone)}%`);
      set(node, {
        "aria-label": `${row} read as ${column}: ${count} times`,
        "aria-pressed": String(isOpen),
      });
    },
  };
}

function createGallery({ ondigit, onpage, onexplain }) {
  const title = h("p", { class: "wl-opened", "aria-live": "polite" });
  const digits = h("div", { class: "wl-digits" });
  let [page, pages] = [0, 0];
  const back = button("‹", () => onpage(page - 1), { "aria-label": "the digits before" });
  const on = button("›", () => onpage(page + 1), { "aria-label": "the digits after" });
  const said = h("p", { class: "wl-picked", "aria-live": "polite" });
  const explain = button("See it pixel by pixel", () => onexplain(), { hidden: true });
  const pager = h("div", { class: "wl-pager", hidden: true }, back, on); // until a cell is open
  return {
    node: h("div", { class: "wl-gallery" }, title, digits, pager, said, explain),
    show(table, images, { index, said: sentence }) {
      const isHere = table.indices.includes(index);
      said.textContent = isHere ? `Test digit ${index}. ${sentence}` : "";
      explain.hidden = !isHere || !onexplain;
      [page, pages] = [table.page, table.pages];
      title.textContent = table.opened;
      pager.hidden = pages < 2;
      back.disabled = page === 0;
      on.disabled = page >= pages - 1;
      digits.replaceChildren(
        ...table.indices.map((at, place) => {
          const image = createPixels("wl-thumb", null);
          image.show(images[place], 1);
          const pressed = String(at === index);
          return h(
            "button",
            {
              type: "button",
              "aria-label": `test digit ${at}`,
              title: `test digit ${at}`,
              "aria-pressed": pressed,
              onclick: () => ondigit(at),
            },
            image.node,
          );
        }),
      );
    },
  };
}
