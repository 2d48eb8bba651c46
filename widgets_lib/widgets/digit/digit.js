// A picture whose grey levels are numbers, and the row of numbers that it is folded from: point into either.
import { button } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { cellSize, clamp, signed } from "../shared/format.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createChooser } from "./chooser.js";
import { createCloseup } from "./closeup.js";
import { createGrid } from "./grid.js";
import { GRID_MOVES, moveByKeys, STRIP_MOVES } from "./moves.js";
import { createReadout } from "./readout.js";
import { createStrip } from "./strip.js";

/**
 * @typedef {object} Picture  the trait `picture`
 * @property {number} index
 * @property {string} label
 * @property {[number, number]} shape
 * @property {string[]} texts
 * @property {string[]} short
 * @property {string} scale
 * @property {number[]} grey
 * @property {string} lowest
 * @property {string} highest
 */

const ACROSS = 448; // drawing units that a picture fills if it can
const SMALLEST = 4; // the side of a pixel without its number: at least,
const LARGEST = 32; // and at most
const NUMBERED = 20; // and with it, at least

/**
 * The side of a pixel in so much room, and whether its number has room in it: { size, numbered }.
 * @param {Picture} picture
 * @param {number} room
 * @param {boolean} asked  whether numbers are to be shown
 */
function fit({ shape, short }, room, asked) {
  const [rows, columns] = shape;
  const free = room - 20 - 8 * String(rows - 1).length;
  const plain = clamp(
    Math.min(Math.floor(Math.min(free, ACROSS) / columns), Math.floor(ACROSS / rows)),
    SMALLEST,
    LARGEST,
  );
  const size = Math.max(plain, cellSize(short, NUMBERED, { padding: 4 }));
  return asked && columns * size <= free ? { size, numbered: true } : { size: plain, numbered: false };
}

/** The sentence that says what is seen. */
const caption = (text, row, column, p) =>
  prose(`Row ${row}, column ${column}: \`image[${row}][${column}]\` and \`flat[${p}]\` are one number, ${text}.`);

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "digit", "Digit viewer");
  /** @type {Picture} */
  let picture;
  let highlighted = null; // the pixel under the pointer; null: the pointer is elsewhere
  let numbered = false; // the cells of the picture itself have room for their numbers

  const listeners = { onHighlight: highlight, onpin: pin, onleave: () => highlight(null) };
  const from = () => ({ p: current(), shape: picture.shape });
  const grid = createGrid({ ...listeners, onkey: moveByKeys(GRID_MOVES, from, pin) });
  const strip = createStrip({ ...listeners, onkey: moveByKeys(STRIP_MOVES, from, pin) });
  const readout = createReadout();
  const closeup = createCloseup();
  const legend = h("p", { class: "wl-legend wl-quiet" });
  const chooser = createChooser({
    onchoose: (index) => view.save({ index }),
    ontype: (text) => model.send({ index: text }),
  });
  const numbers = h("input", { type: "checkbox", onchange: () => view.save({ numbers: numbers.checked }) });
  // What is wrong is mostly the number of a picture: said under its field.
  view.controls.append(
    button("Start again", () => model.send({ restart: true })),
    h("label", {}, numbers, "numbers in the cells"),
    chooser.node,
    view.error,
  );
  const side = h("div", { class: "wl-side" }, readout.node, legend, closeup.node);
  view.stage.append(h("div", { class: "wl-bench" }, grid.node, side), strip.node);
  const room = createRoom(view, { onchange: draw });

  /** The pixel that is looked at: under the pointer, else the one that was pinned. */
  function current() {
    const [rows, columns] = picture.shape;
    const pinned = clamp(model.get("row"), 0, rows - 1) * columns + clamp(model.get("column"), 0, columns - 1);
    return highlighted ?? pinned;
  }
  const split = (p) => [Math.floor(p / picture.shape[1]), p % picture.shape[1]];
  function highlight(p) {
    highlighted = p;
    point();
  }
  function pin(p) {
    const [row, column] = split(p);
    highlighted = null;
    view.save({ row, column });
    point();
  }

  function draw() {
    picture = model.get("picture");
    const fitted = fit(picture, room.width, model.get("numbers"));
    numbered = fitted.numbered;
    grid.layOut(picture.shape, fitted.size);
    grid.paint(picture, numbered);
    strip.paint(picture);
    choose();
    numbers.checked = model.get("numbers");
    const size = `${picture.shape.join(" × ")} pixels`;
    set(grid.node, {
      "aria-label": `${picture.label ? `${picture.label}, ` : ""}${size}; arrow keys move among them`,
    });
    point();
  }
  /** The picture asked for; where there is none of that number, the one that is shown. */
  function choose() {
    const [index, count] = [model.get("index"), model.get("count")];
    chooser.show(index >= 0 && index < count ? index : picture.index, count);
  }
  function point() {
    const p = current();
    const [row, column] = split(p);
    const text = signed(picture.texts[p]);
    grid.point(row, column);
    strip.point(p, picture.shape[1], `${p}: ${text}, row ${row}, column ${column}`);
    readout.show(picture, row, column);
    const short = picture.short[p] === picture.texts[p] ? "" : `; here ${signed(picture.short[p])} for ${text}`;
    legend.textContent = model.get("numbers") ? `In the cells: ${picture.scale}${short}.` : "";
    closeup.node.hidden = !model.get("numbers") || numbered;
    if (!closeup.node.hidden) closeup.show(picture, row, column);
    view.caption.replaceChildren(...caption(text, row, column, p));
  }

  view.listen(["picture", "numbers", "count"], draw);
  view.listen(["row", "column"], point);
  view.listen(["index"], choose);
  draw();
  return view.destroy;
}

export default { render };
