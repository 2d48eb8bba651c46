// What could stand in a place of a broken kernel instead: radio buttons, one for each alternative.
import { button } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";

/** @typedef {import("./listing.js").Place} Place */

/**
 * Returns { node, open(number), show(places) }.
 * @param {(place: number, alternative: number) => void} onedit
 * @param {() => void} onclose
 */
export function createPlaces(onedit, onclose) {
  const node = h("div", { class: "wl-places", hidden: true });
  /** @type {Place[]} */
  let places = [];
  let opened = -1;
  let built = "";
  /** @type {ReturnType<typeof createRadioGroup> | null} */
  let group = null;

  function build() {
    const place = places[opened];
    node.hidden = !place;
    if (!place) {
      built = "";
      return;
    }
    const key = JSON.stringify([opened, place.options]);
    if (key !== built) {
      built = key;
      group = createRadioGroup({
        label: "what should stand here",
        className: "wl-alternatives",
        options: place.options.map((text, at) => ({
          value: String(at - 1),
          content: [h("pre", {}, text), at === 0 && h("span", { class: "wl-quiet" }, "as it was")],
          name: `${text.trim()}${at === 0 ? ", as it was" : ""}`,
        })),
        onchoose: (value) => onedit(opened, Number(value)),
      });
      const title = h("p", { class: "wl-title" }, "What should stand here?");
      node.replaceChildren(title, group.node, button("close", close));
    }
    group?.choose(String(place.chosen));
  }
  function close() {
    opened = -1;
    build();
    onclose();
  }
  return {
    node,
    /** @param {number} number */
    open(number) {
      opened = number;
      build();
      group?.radios.find(({ input }) => input.checked)?.input.focus();
    },
    /** @param {Place[]} next */
    show(next) {
      places = next;
      if (opened >= places.length) opened = -1;
      build();
    },
    close,
  };
}
