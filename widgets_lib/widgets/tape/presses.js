// What can be pressed: code that runs, through a name and for a number that are chosen.
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";

const NAMES = ["it", "same", "other"];

/**
 * The names to press through: { node, chosen(), show(available) }.
 * @param {() => void} onchoose
 */
export function createNames(onchoose) {
  const group = createRadioGroup({
    label: "the name to press through",
    options: NAMES.map((name) => ({ value: name, content: h("code", {}, name) })),
    onchoose,
    className: "wl-names",
    lead: h("span", {}, "through"),
  });
  group.choose(NAMES[0]);
  return {
    node: group.node,
    chosen: group.chosen,
    /** @param {string[]} available */
    show(available) {
      group.node.hidden = available.length < 2;
      for (const { value, input, label } of group.radios) input.disabled = label.hidden = !available.includes(value);
      if (!available.includes(group.chosen())) group.choose(NAMES[0]);
    },
  };
}

/**
 * How many to take, as typed: { node, text(), number(), show(take) }; `number()` is 0 for text that is not a number.
 * @param {{ oninput: () => void, onchange: (text: string) => void }} listeners
 */
export function createTake({ oninput, onchange }) {
  const field = h("input", {
    type: "text",
    inputmode: "numeric",
    "aria-label": "how many to take",
    autocomplete: "off",
    maxlength: 24,
    oninput,
    onchange: () => onchange(field.value),
  });
  return {
    node: h("label", {}, "take", field),
    text: () => field.value,
    number: () => (/^\s*\d+\s*$/.test(field.value) ? Number(field.value) : 0),
    show(take) {
      field.value = take;
    },
  };
}

/**
 * The buttons, each the code that it runs: { nodes, rare, show() }, `rare` being those that few need.
 * @param {() => string} name  the name chosen
 * @param {() => string} take  the number typed
 * @param {(press: string[]) => void} onpress  gets the action, the names, and how many where that is asked for
 */
export function createPresses(name, take, onpress) {
  const source = () => (name() === "same" ? "it" : name());
  const islice = () => `list(islice(${name()}, ${take().trim()}))`;
  const presses = [
    { code: () => `next(${name()})`, press: () => ["next", name()] },
    { code: islice, press: () => ["islice", name(), take()] },
    { code: () => `list(iter(lambda: ${islice()}, []))`, press: () => ["until", name(), take()] },
    { code: () => `same = ${source()}`, press: () => ["same", "same", source()] },
    { code: () => "other = iter(values)", press: () => ["iter", "other"] },
  ];
  const codes = presses.map(() => h("code"));
  const buttons = presses.map(({ press }, nth) => button(codes[nth], () => onpress(press()), { class: "wl-press" }));
  return {
    nodes: buttons.slice(0, -1),
    rare: buttons.slice(-1),
    show() {
      presses.forEach(({ code }, nth) => {
        codes[nth].textContent = code();
      });
    },
  };
}
