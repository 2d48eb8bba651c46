// The stage of the triples: a cube of dots for each generator, both turned by one slider.
import { slider } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createRoom } from "../shared/resize.js";
import { createCube } from "./cube.js";

const GAP = 16;
const MAX_SIDE = 360;

/** The stage and its slider: { node, load(picture, arrays), turn(degrees) }; `onturn` gets where a turn ended. */
export function createPlanes(view, onturn) {
  const portraits = h("div", { class: "wl-portraits wl-abreast" });
  view.stage.append(portraits);
  const room = createRoom(view, { fallback: 900, onchange: build });
  const dial = slider({
    label: "turn the cube",
    name: "turn the cube, in degrees",
    values: range(360),
    value: 0,
    text: (degrees) => `${degrees}°`,
    oninput: turn,
  });
  dial.input.addEventListener("change", () => onturn(shown));
  let picture = null;
  let arrays;
  let cubes = [];
  let shown = 0;

  function turn(degrees) {
    shown = ((Math.round(degrees) % 360) + 360) % 360;
    dial.show(shown);
    for (const { cube, name, pattern, found } of cubes) {
      cube.turn(shown);
      pattern.textContent = shown ? found : ""; // there is nothing to see before the cube is turned
      set(cube.svg, { "aria-label": shown ? `${name} ${found}` : name });
    }
  }
  let dragged = 0; // degrees, not rounded
  function ondrag(by) {
    if (by === null) {
      onturn(shown);
      dragged = 0;
      return;
    }
    dragged += by;
    const whole = Math.trunc(dragged);
    dragged -= whole;
    if (whole) turn(shown + whole);
  }
  function build() {
    if (!picture) return;
    const { main, other } = picture;
    const side = Math.floor(Math.min((room.width - GAP) / 2, MAX_SIDE));
    const kinds = [[main, arrays.values], ...(other ? [[other, arrays.other_values]] : [])];
    cubes = [];
    const nodes = kinds.map(([portrait, values]) => {
      const name = `${portrait.title}: three draws in a row as a dot in a cube.`;
      const cube = createCube({ values, side, label: name, ondrag });
      const pattern = h("p", { class: "wl-pattern" });
      cubes.push({ cube, name, pattern, found: portrait.pattern });
      const parts = [h("b", {}, portrait.title), cube.node, pattern];
      return h("div", { class: "wl-portrait", role: "group", "aria-label": portrait.title }, ...parts);
    });
    portraits.replaceChildren(...nodes);
    turn(shown);
  }
  return {
    node: dial.node,
    turn,
    load(next, nextArrays) {
      [picture, arrays] = [next, nextArrays];
      view.caption.replaceChildren(...prose(picture.message));
      build();
    },
  };
}
