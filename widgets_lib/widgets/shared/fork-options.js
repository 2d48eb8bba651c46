// What the widgets on forks share: choosing a generator and a reseeding, its code, and the marks of equal things.
import { h } from "./dom.js";
import { createRadioGroup } from "./radio-group.js";

const TONES = 4; // neighbouring groups differ in tone as well as in letter

/**
 * The letter of a group of equal things: A … Z, AA …
 * @type {(group: number) => string}
 */
export const letter = (group) =>
  (group < 26 ? "" : letter(Math.floor(group / 26) - 1)) + String.fromCharCode(65 + (group % 26));

/**
 * The class of something in a group; of nothing in none, null.
 * @param {number | null} group
 */
export const equalClass = (group) => (group === null ? "" : `wl-equal wl-tone-${group % TONES}`);

/**
 * The code of a reseeding as a child writes it: { node, show(lines) }; without lines it is hidden.
 * @param {string} label
 */
export function createRecipe(label) {
  const code = h("code", {});
  const node = h("div", { class: "wl-recipe" }, h("span", { class: "wl-quiet" }, label), h("pre", {}, code));
  return {
    node,
    show(/** @type {string} */ lines) {
      node.hidden = !lines;
      code.textContent = lines;
    },
  };
}

/**
 * Radio buttons for the reseedings: { node, show(reseedings, chosen) } greys the impossible ones and says the reason.
 * @typedef {{ key: string, title: string, reason: string }} Reseeding
 * @param {string} label
 * @param {Reseeding[]} reseedings  the same keys and titles as in every `show`
 * @param {(key: string) => void} onchoose
 */
export function createReseedings(label, reseedings, onchoose) {
  const group = createRadioGroup({
    label,
    options: reseedings.map(({ key, title }) => ({ value: key, content: title })),
    onchoose,
    className: "wl-reseedings",
    lead: h("span", { class: "wl-quiet", "aria-hidden": "true" }, "reseeding"),
  });
  const reasons = h("p", { class: "wl-reason wl-quiet" });
  return {
    node: h("div", {}, group.node, reasons),
    /**
     * @param {Reseeding[]} possible
     * @param {string} chosen
     */
    show(possible, chosen) {
      group.choose(chosen);
      possible.forEach(({ key, reason }, at) => {
        const { input, label: node } = group.radios[at];
        input.disabled = Boolean(reason) && key !== chosen; // the chosen one keeps the focus and its keys
        node.classList.toggle("wl-impossible", Boolean(reason));
      });
      // If the chosen one is impossible, the place of the drawing says why.
      const others = possible.filter(({ key, reason }) => reason && key !== chosen);
      const all = others.length === possible.length - 1;
      reasons.textContent = all ? "" : others.map(({ title, reason }) => `${title}: ${reason}`).join(" ");
      reasons.hidden = !reasons.textContent;
    },
  };
}

/**
 * What stands in the place of the drawing where nothing can be drawn for a reason; empty without one.
 * @param {string} reason
 */
export const createRefusal = (reason) =>
  h("p", { class: "wl-refused" }, reason ? `✗ ${reason} Choose another way of reseeding or another generator.` : "");

/**
 * Fill a drop-down with the generators.
 * @param {HTMLSelectElement} select
 * @param {{ key: string, title: string, reason: string }[]} generators
 * @param {string} chosen
 */
export function showGenerators(select, generators, chosen) {
  if (select.options.length !== generators.length) {
    select.replaceChildren(
      ...generators.map(({ key, title, reason }) =>
        h("option", { value: key, disabled: Boolean(reason) }, reason ? `${title} (${reason})` : title),
      ),
    );
  }
  select.value = chosen;
}
