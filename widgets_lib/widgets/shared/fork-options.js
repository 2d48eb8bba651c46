// What the fork's widgets share: choosing a generator and a cure, the cure's code, and the marks of equal things.
import { h } from "./dom.js";

const TONES = 4; // neighbouring groups differ in tone as well as in letter

/** The letter of a group of equal things: A … Z, AA … */
export const letter = (group) =>
  (group < 26 ? "" : letter(Math.floor(group / 26) - 1)) + String.fromCharCode(65 + (group % 26));

/** The class of something in a group; of nothing in none, null. */
export const equalClass = (group) => (group === null ? "" : `wl-equal wl-tone-${group % TONES}`);

/** The code of a cure as a child writes it: { node, show(lines) }; no lines, and it is not there. */
export function createRecipe(words) {
  const code = h("code", {});
  const node = h("div", { class: "wl-recipe" }, h("span", { class: "wl-quiet" }, words), h("pre", {}, code));
  return {
    node,
    show(lines) {
      node.hidden = !lines;
      code.textContent = lines;
    },
  };
}

/** Radio buttons for the cures, the impossible ones greyed with their reason: { node, show(cures, chosen) }; a cure is { key, title, why }. */
export function createCures(label, onchoose) {
  const group = `wl-cures-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const row = h("div", { class: "wl-cures", role: "radiogroup", "aria-label": label });
  const why = h("p", { class: "wl-why wl-quiet" });
  let inputs = [];
  return {
    node: h("div", {}, row, why),
    show(cures, chosen) {
      if (inputs.length !== cures.length) {
        inputs = cures.map(({ key }) =>
          h("input", { type: "radio", name: group, value: key, onchange: () => onchoose(key) }),
        );
        row.replaceChildren(
          h("span", { class: "wl-quiet", "aria-hidden": "true" }, "cure"),
          ...cures.map(({ title }, index) => h("label", {}, inputs[index], title)),
        );
      }
      cures.forEach((cure, index) => {
        inputs[index].checked = cure.key === chosen;
        inputs[index].disabled = Boolean(cure.why) && cure.key !== chosen; // the chosen one keeps the focus and its keys
        inputs[index].parentNode.classList.toggle("wl-impossible", Boolean(cure.why));
      });
      // If the chosen one is impossible, the place of the drawing says why.
      const impossible = cures.filter((cure) => cure.why && cure.key !== chosen);
      why.textContent =
        impossible.length < cures.length - 1 ? impossible.map((cure) => `${cure.title}: ${cure.why}`).join(" ") : "";
      why.hidden = !why.textContent;
    },
  };
}

/** Fill a drop-down with the generators, each { key, title, why }. */
export function showGenerators(select, generators, chosen) {
  if (select.options.length !== generators.length) {
    select.replaceChildren(
      ...generators.map(({ key, title, why }) =>
        h("option", { value: key, disabled: Boolean(why) }, why ? `${title} (${why})` : title),
      ),
    );
  }
  select.value = chosen;
}
