// The strategies to choose from, each with the steps that Python takes.
import { h } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";

/**
 * Returns { node, show(key, totals) }; `totals` are the steps of each strategy.
 * @param {{ key: string }[]} strategies
 * @param {(key: string) => void} onchoose
 */
export function createChoice(strategies, onchoose) {
  const parts = strategies.map(() => ({ total: h("output", {}), bar: h("i", { "aria-hidden": "true" }) }));
  const group = createRadioGroup({
    label: "loop strategy, with the steps Python takes",
    options: strategies.map(({ key }, at) => ({
      value: key,
      content: [key, parts[at].total, parts[at].bar],
      attributes: { class: "wl-option" },
    })),
    onchoose,
    className: "wl-choice",
    lead: h("span", { class: "wl-quiet", "aria-hidden": "true" }, "Python’s steps"),
  });
  return {
    node: group.node,
    show(key, totals) {
      const most = Math.max(...Object.values(totals));
      group.choose(key);
      strategies.forEach((strategy, at) => {
        parts[at].total.textContent = totals[strategy.key];
        parts[at].bar.style.width = `${(100 * totals[strategy.key]) / most}%`;
      });
    },
  };
}
