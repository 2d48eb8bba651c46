// The runs side by side, a row for each: the one that is chosen is looked at, and trained on.
import { button, keepFocus } from "../shared/controls.js";
import { h } from "../shared/dom.js";

/**
 * Returns { node, show(runs, chosen, root) }.
 * @param {(number: number) => void} onchoose
 */
export function createTable(onchoose) {
  const body = h("tbody", {});
  const head = ["run", "steps", "epochs", "loss", "accuracy"].map((name) => h("th", { scope: "col" }, name));
  const node = h("table", { class: "wl-runs" }, h("thead", {}, h("tr", {}, ...head)), body);
  return {
    node,
    show(runs, chosen, root) {
      node.hidden = !runs.length;
      keepFocus(root, () =>
        body.replaceChildren(...runs.map((run, at) => rowOf(run, at === chosen, () => onchoose(at)))),
      );
    },
  };
}

function rowOf({ number, title, steps, epoch, loss, accuracy, ended }, chosen, onchoose) {
  const name = `${number}: ${title}${ended ? ", stopped" : ""}`;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, button(name, onchoose, { "aria-pressed": String(chosen) })),
    ...[steps, epoch, loss, accuracy].map((text) => h("td", {}, text)),
  );
}
