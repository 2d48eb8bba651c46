// Radio buttons: native, so that arrow keys choose while the group has the focus.
import { h } from "./dom.js";

/**
 * @typedef {object} RadioOption
 * @property {string} value
 * @property {string | Node | (string | Node | null | false)[]} [content]  by default its value
 * @property {string} [name]  what a screen reader says, where the content does not say it
 * @property {object} [attributes]  of the label
 *
 * @typedef {object} Radio
 * @property {string} value
 * @property {HTMLInputElement} input
 * @property {HTMLLabelElement} label
 */

/**
 * A group of radio buttons, one for each option: { node, radios, chosen(), choose(value) }.
 *
 * radios     the inputs and labels, in order, to be greyed, hidden or written into
 * chosen()   the value that is chosen, "" for none; `choose(value)` sets it and calls nothing
 *
 * @param {object} group
 * @param {string} group.label  what a screen reader calls the group
 * @param {RadioOption[]} group.options
 * @param {(value: string) => void} [group.onchoose]  the reader chose
 * @param {string} [group.className]
 * @param {string} [group.inputClass]
 * @param {Node | null} [group.lead]  stands before the options
 * @returns {{ node: HTMLElement, radios: Radio[], chosen(): string, choose(value: string): void }}
 */
export function createRadioGroup({ label, options, onchoose = () => {}, className, inputClass, lead = null }) {
  const name = `wl-radio-${Math.random().toString(36).slice(2)}`; // two views of one widget may stand in one document
  const radios = options.map((option) => {
    const { value, content = value, attributes = {} } = option;
    const input = h("input", {
      type: "radio",
      name,
      value,
      class: inputClass,
      "aria-label": option.name,
      onchange: () => onchoose(value),
    });
    return { value, input, label: h("label", attributes, input, ...[content].flat()) };
  });
  return {
    node: h(
      "div",
      { class: className, role: "radiogroup", "aria-label": label },
      lead,
      ...radios.map((radio) => radio.label),
    ),
    radios,
    chosen: () => radios.find(({ input }) => input.checked)?.value ?? "",
    choose(value) {
      for (const { input } of radios) input.checked = input.value === value;
    },
  };
}
