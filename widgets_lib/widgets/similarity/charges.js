// An image, a mean, and what each pixel adds to the distance between them: point into any of the three.
import { h, hasModifier, s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { createPixels, SIDE } from "./pixels.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PARTS = ["image", "mean", "charge"];
const HELP = "arrow keys move from pixel to pixel";

/** Returns { node, show(picture, images) }; images is { image, mean, charge }. */
export function createCharges() {
  const parts = PARTS.map((name) => createPart(name, point));
  const readout = h("p", { class: "wl-readout" });
  const node = h("div", { class: "wl-charges" }, ...parts.map((part) => part.node), readout);
  let pixel = { row: 13, column: 13 };
  let shown;

  function point(row, column) {
    pixel = { row: clamp(row, 0, SIDE - 1), column: clamp(column, 0, SIDE - 1) };
    for (const part of parts) part.mark(pixel);
    draw();
  }
  function draw() {
    if (!shown) return;
    const { picture, images } = shown;
    const at = pixel.row * SIDE + pixel.column;
    const values = PARTS.map((name) => `${picture.names[name]} ${images[name][at].toFixed(3)}`);
    readout.replaceChildren(
      "Row ",
      h("b", { class: "wl-i" }, String(pixel.row)),
      ", column ",
      h("b", { class: "wl-j" }, String(pixel.column)),
      `: ${values.join(", ")}.`,
    );
    set(parts[2].target, { "aria-label": `${parts[2].title()}; ${HELP}; ${readout.textContent}` });
  }
  set(parts[2].target, {
    tabindex: 0,
    role: "application",
    "aria-roledescription": "picture",
    "aria-label": HELP,
    "data-lm-suppress-shortcuts": "true",
    onkeydown(event) {
      const move = MOVES[event.key];
      if (!move || hasModifier(event)) return;
      event.preventDefault();
      event.stopPropagation();
      point(pixel.row + move[0], pixel.column + move[1]);
    },
  });
  return {
    node,
    show(picture, images) {
      shown = { picture, images };
      const titles = [
        "the image, a",
        `the mean ${picture.chosen}, b`,
        `${picture.names.charge}; at most ${picture.largest.toFixed(2)}`,
      ];
      parts.forEach((part, at) => {
        part.show(images[PARTS[at]], at === 2 ? picture.largest : 1, picture.is_empty ? PARTS[at] : titles[at]);
      });
      point(pixel.row, pixel.column);
    },
  };
}

function createPart(name, onpoint) {
  const pixels = createPixels("wl-large", name);
  const frame = s("rect", { class: "wl-pointed", width: 1, height: 1 });
  pixels.node.append(frame);
  const caption = h("figcaption", {}, name);
  const target = h("div", { class: `wl-part wl-part-${name}` }, pixels.node);
  const look = (event) => {
    const box = pixels.node.getBoundingClientRect();
    onpoint(
      Math.floor(((event.clientY - box.top) / box.height) * SIDE),
      Math.floor(((event.clientX - box.left) / box.width) * SIDE),
    );
  };
  set(target, { onpointermove: look, onpointerdown: look });
  return {
    node: h("figure", {}, target, caption),
    target,
    title: () => caption.textContent,
    mark: ({ row, column }) => set(frame, { x: column, y: row }),
    show(values, most, title) {
      caption.textContent = title;
      pixels.show(values, most, title);
    },
  };
}
