// What the widgets on forks share: choosing a generator and a reseeding, its code, and the marks of equal things.
import { h } from "./dom.js";

const TONES = 4; // neighbouring groups differ in tone as well as in letter

/** The letter of a group of equal things: A … Z, AA … */
export const letter = (group) =>
  (group < 26 ? "" : letter(Math.floor(group / 26) - 1)) + String.fromCharCode(65 + (group % 26));

/** The class of something in a group; of nothing in none, null. */
export const equalClass = (group) => (group === null ? "" : `wl-equal wl-tone-${group % TONES}`);

/** The code of a reseeding as a child writes it: { node, show(lines) }; without lines it is hidden. */
export function createRecipe(label) {
  const code = h("code", {});
  const node = h("div", { class: "wl-recipe" }, h("span", { class: "wl-quiet" }, label), h("pre", {}, code));
  return {
    node,
    show(lines) {
      node.hidden = !lines;
      code.textContent = lines;
    },
  };
}

/**
 * Radio buttons for the reseedings, the impossible ones greyed with their reason: { node, show(reseedings, chosen) };
 * a reseeding is { key, title, reason }.
 */
export function createReseedings(label, onchoose) {
  const group = `wl-reseedings-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const row = h("div", { class: "wl-reseedings", role: "radiogroup", "aria-label": label });
  const reasons = h("p", { class: "wl-reason wl-quiet" });
  let inputs = [];
  return {
    node: h("div", {}, row, reasons),
    show(reseedings, chosen) {
      if (inputs.length !== reseedings.length) {
        inputs = reseedings.map(({ key }) =>
          h("input", { type: "radio", name: group, value: key, onchange: () => onchoose(key) }),
        );
        row.replaceChildren(
          h("span", { class: "wl-quiet", "aria-hidden": "true" }, "reseeding"),
          ...reseedings.map(({ title }, index) => h("label", {}, inputs[index], title)),
        );
      }
      reseedings.forEach(({ key, reason }, index) => {
        inputs[index].checked = key === chosen;
        inputs[index].disabled = Boolean(reason) && key !== chosen; // the chosen one keeps the focus and its keys
        inputs[index].parentNode.classList.toggle("wl-impossible", Boolean(reason));
      });
      // If the chosen one is impossible, the place of the drawing says why.
      const impossible = reseedings.filter(({ key, reason }) => reason && key !== chosen);
      reasons.textContent =
        impossible.length < reseedings.length - 1
          ? impossible.map(({ title, reason }) => `${title}: ${reason}`).join(" ")
          : "";
      reasons.hidden = !reasons.textContent;
    },
  };
}

/** Fill a drop-down with the generators, each { key, title, reason }. */
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
