// The rule that applies to each axis, and what repairs a clash.
import { button } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";

/**
 * { rules, repairs, show(picture) }, two nodes; `onrepair` gets the number of the repair that is pressed.
 * @param {{ onrepair(at: number): void }} listeners
 */
export function createRules({ onrepair }) {
  const rules = h("ul", { class: "wl-rules", "aria-label": "the rule, axis by axis from the right" });
  const title = h("p", { class: "wl-quiet" });
  const list = h("ul", { class: "wl-repairs" });
  const why = h("p", { class: "wl-why", "aria-live": "polite" });
  const repairs = h("div", { class: "wl-side", role: "group", "aria-label": "repairs" }, title, list, why);

  /**
   * @param {import("./sentences.js").Repair} repair
   * @param {number} at
   */
  const repairItem = ({ code, shape, message, applied }, at) =>
    h(
      "li",
      {},
      button(h("code", {}, code), () => onrepair(at), { "aria-pressed": String(applied), title: message }),
      h("span", {}, `gives ${shape}`),
    );
  return {
    rules,
    repairs,
    /** @param {import("./sentences.js").Picture} picture */
    show(picture) {
      rules.replaceChildren(...picture.axes.map(ruleItem).reverse()); // the rule starts at the right
      repairs.hidden = !picture.repairs.length;
      title.textContent = picture.repairs.some((repair) => repair.applied)
        ? "Repaired. Press again to undo:"
        : "What repairs it:";
      const applied = picture.repairs.find((repair) => repair.applied);
      why.replaceChildren(...(applied ? prose(reasonOf(applied)) : []));
      const focused = [...list.querySelectorAll("button")].findIndex((one) => one.matches(":focus"));
      list.replaceChildren(...picture.repairs.map(repairItem));
      list.querySelectorAll("button")[focused]?.focus();
    },
  };
}

/**
 * Why a repair works, and other ways to write it.
 * @param {import("./sentences.js").Repair} repair
 */
const reasonOf = ({ message, also, numpy }) =>
  [message, also && `Also \`${also}\`.`, numpy && `In numpy \`${numpy}\`.`].filter(Boolean).join(" ");

/** @param {import("./sentences.js").Column} column */
const ruleItem = ({ label, tone, verdict, rule }) =>
  h(
    "li",
    { class: verdict === "clash" ? "wl-clash" : "" },
    h("span", { class: `wl-mono ${tone ? `wl-${tone}` : "wl-quiet"}` }, `axis ${label}`),
    " ",
    h("span", {}, ...prose(rule)),
  );
