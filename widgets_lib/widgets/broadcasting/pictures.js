// Operands and result as pictures: rows, columns and three colours seen as what they are; few numbers as sliders.
import { slider } from "../shared/controls.js";
import { h, hasModifier, set, UNITS_PER_EM } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { createFrame } from "../shared/panel.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const em = (units) => `${units / UNITS_PER_EM}em`;
const box = ({ width, height }) => `width:${em(width)};height:${em(height)}`;

/**
 * What is drawn in place of cells, see `draw_pictures` in colours.py.
 * @typedef {object} Pictures
 * @property {[number, number]} size  rows and columns
 * @property {number} width
 * @property {number} height
 * @property {number} side  rows or columns that an arrow key passes
 * @property {(Shown | Sliders)[]} operands
 *
 * @typedef {{ image: string, width: number, height: number }} Shown
 * @typedef {{ sliders: string[], values: number[], stops: number[], texts: string[] }} Sliders
 */

/**
 * Figures of the operands and of the result, null without one: { figures, show(state) }.
 *
 * show      { image, levels, pixel, sentence }: the result, what the sliders are set to, the pixel that is looked at,
 *           and what is said of it
 * onlevel   gets an operand's name and its numbers, onpixel a row and a column
 *
 * @param {import("./sentences.js").Picture} picture
 * @param {{ onlevel(name: string, values: number[]): void, onpixel(pixel: number[]): void }} listeners
 */
export function createPictures({ pictures, operands, result, expression }, { onlevel, onpixel }) {
  const [rows, columns] = pictures.size;
  let at = [0, 0];
  /** @type {HTMLElement[]} */
  const marks = [];
  /** @type {((levels: Record<string, number[]>) => void)[]} */
  const showLevels = [];

  function lookAt(row, column) {
    onpixel([clamp(row, 0, rows - 1), clamp(column, 0, columns - 1)]);
  }
  /** @param {MouseEvent} event */
  function point(event) {
    const { left, top, width, height } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    lookAt(Math.floor(((event.clientY - top) / height) * rows), Math.floor(((event.clientX - left) / width) * columns));
  }
  /** @param {KeyboardEvent} event */
  function press(event) {
    const move = ARROWS[event.key];
    if (!move || hasModifier(event)) return;
    event.preventDefault();
    lookAt(at[0] + move[0] * pictures.side, at[1] + move[1] * pictures.side);
  }
  /** A place as large as the whole picture, with the mark of the pixel. */
  function createPlace(attributes, ...children) {
    const mark = h("span", { class: "wl-pixel", "aria-hidden": "true", hidden: !result });
    marks.push(mark);
    const { class: name, ...rest } = attributes;
    return h("div", { style: box(pictures), onclick: point, ...rest, class: `wl-picture ${name}` }, ...children, mark);
  }

  const drawn = operands.map((operand, which) => {
    const shown = pictures.operands[which];
    if ("sliders" in shown) {
      const levels = createLevels(operand, shown, (values) => onlevel(operand.name, values));
      showLevels.push(levels.show);
      return levels.node;
    }
    const label = `${operand.code} as a picture`;
    const image = h("img", {
      src: shown.image,
      alt: label,
      style: box(shown),
      draggable: "false",
      class: "wl-picture",
    });
    const whole = shown.width === pictures.width && shown.height === pictures.height;
    if (!whole && !operand.seen) return image;
    const again = h("img", { src: shown.image, alt: "", style: box(pictures), class: "wl-again", draggable: "false" });
    return createPlace({ class: `wl-place ${whole ? "" : "wl-stretched"}` }, !whole && again, image);
  });
  const image = h("img", { alt: "", style: box(pictures), draggable: "false", class: "wl-picture" });
  const place = createPlace({ class: "wl-place", tabindex: 0, role: "application", onkeydown: press }, image);
  set(place, { "aria-roledescription": "picture" });
  const figures = operands.map((operand, which) => createFigure(operand, drawn[which]));
  if (result) figures.push(createFigure(result, place));

  return {
    figures,
    /** @param {{ image: string, levels: Record<string, number[]>, pixel: number[], sentence: string }} state */
    show({ image: source, levels, pixel, sentence }) {
      at = pixel.length === 2 ? pixel : [Math.floor(rows / 2), Math.floor(columns / 3)];
      const [top, left] = [(at[0] + 0.5) / rows, (at[1] + 0.5) / columns];
      for (const mark of marks) mark.style.cssText = `top:${100 * top}%;left:${100 * left}%`;
      for (const show of showLevels) show(levels);
      if (source && image.src !== source) image.src = source;
      set(place, { "aria-label": `${expression}. ${sentence} Arrow keys look at another pixel.` });
    },
  };
}

/**
 * One number or three as sliders: { node, show(levels) }.
 * @param {{ code: string, name: string }} operand
 * @param {Sliders} sliders
 * @param {(values: number[]) => void} onlevel
 */
function createLevels({ code, name }, { sliders: names, values: own, stops, texts }, onlevel) {
  let values = own;
  const text = (value) => texts[stops.indexOf(value)] ?? String(value);
  const sliders = names.map((colour, which) =>
    slider({
      label: colour,
      name: names.length > 1 ? `${code}: ${colour}` : code,
      values: stops,
      value: own[which],
      text,
      oninput: (value) => {
        values = values.with(which, value);
        onlevel(values);
      },
    }),
  );
  return {
    node: h("div", { class: "wl-levels", role: "group", "aria-label": code }, ...sliders.map(({ node }) => node)),
    /** @param {Record<string, number[]>} levels */
    show(levels) {
      values = levels[name]?.length === own.length ? levels[name] : own;
      sliders.forEach((one, which) => {
        one.show(values[which]);
      });
    },
  };
}

/**
 * @param {{ code: string, shape: string, seen?: string }} panel
 * @param {Element} drawn
 */
const createFigure = ({ code, shape, seen }, drawn) => createFrame(code, seen ? `${shape} → ${seen}` : shape, drawn);
