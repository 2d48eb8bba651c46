// What the widgets on forks share: choosing a generator and a reseeding, its code, and the marks of equal things.
import { dropdown } from "./controls.js";
import { h, set } from "./dom.js";

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
 * The reseedings to choose from: { node, reasons, show(reseedings, chosen) }; the impossible ones are greyed, and
 * `reasons` says why.
 * @typedef {{ key: string, title: string, reason: string }} Reseeding
 * @param {string} name  what a screen reader says
 * @param {Reseeding[]} reseedings  the same keys and titles as in every `show`
 * @param {(key: string) => void} onchoose
 */
export function createReseedings(name, reseedings, onchoose) {
  // The label before it says "reseeding" already, and a drop-down should show its choice whole.
  const options = reseedings.map(({ key, title }) => ({ value: key, text: title.replace(/^reseed /, "") }));
  const { node, select } = dropdown("reseeding", options, "", onchoose);
  set(select, { "aria-label": name });
  const reasons = h("p", { class: "wl-reason wl-quiet" });
  return {
    node,
    reasons,
    /**
     * @param {Reseeding[]} possible
     * @param {string} chosen
     */
    show(possible, chosen) {
      select.value = chosen;
      possible.forEach(({ key, reason }, at) => {
        set(select.options[at], { title: reason || null });
        select.options[at].disabled = Boolean(reason) && key !== chosen;
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
 * Put a drawing into its place, or the reason why there is none, which then takes up as much room.
 * @param {HTMLElement} stage
 * @param {Element | null} drawing
 * @param {string} reason
 */
export function showOrRefuse(stage, drawing, reason) {
  stage.style.minHeight = drawing ? "" : `${stage.offsetHeight}px`;
  const refusal = reason ? `✗ ${reason} Choose another way of reseeding or another generator.` : "";
  stage.replaceChildren(drawing ?? h("p", { class: "wl-refused" }, refusal));
}

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
