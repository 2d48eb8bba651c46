// A picture whose grey levels are numbers, and the row of numbers that it is folded from: point into either.
import { button } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { clamp, signed } from "../shared/format.js";
import { createGrid } from "../shared/pixel-grid.js";
import { GRID_MOVES, moveByKeys, STRIP_MOVES } from "../shared/pixel-moves.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createChooser } from "./chooser.js";
import { createCloseup } from "./closeup.js";
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
const SMALLEST = 4; // the side of a pixel: at least,
const LARGEST = 32; // and at most
const LETTERS = [11, 13]; // the height of the numbers in the pixels

/**
 * The side of a pixel in so much room, and the size of its number, null if that has no room in it: { size, letters }.
 * @param {Picture} picture
 * @param {number} room
 * @param {boolean} asked  whether numbers are to be shown
 */
function fit({ shape, short }, room, asked) {
  const [rows, columns] = shape;
  const free = room - 20 - 8 * String(rows - 1).length;
  const across = Math.floor(Math.min(free, ACROSS) / columns);
  const size = clamp(Math.min(across, Math.floor(ACROSS / rows)), SMALLEST, LARGEST);
  const longest = Math.max(...short.map((text) => text.length));
  const letters = Math.min(LETTERS[1], (size - 2) / (0.6 * longest)); // a letter is 0.6 of its height wide
  return { size, letters: asked && letters >= LETTERS[0] ? letters : null };
}

/** The sentence that says what is seen. */
const caption = (text, row, column, p) =>
  prose(`Row ${row}, column ${column}: \`image[${row}][${column}]\` and \`flat[${p}]\` are the same number, ${text}.`);

/** What the numbers in the cells are. */
function legendOf({ scale, short, texts }, p) {
  const here = short[p] === texts[p] ? "" : `; here ${signed(short[p])} for ${signed(texts[p])}`;
  return `In the cells: ${scale}${here}.`;
}

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
  const chooser = createChooser({
    onchoose: (index) => view.save({ index }),
    ontype: (text) => model.send({ index: text }),
  });
  const numbers = h("input", { type: "checkbox", onchange: () => view.save({ numbers: numbers.checked }) });
  view.controls.append(
    chooser.node,
    h("label", {}, numbers, "numbers in the cells"),
    button("Start again", () => model.send({ restart: true })),
  );
  const side = h("div", { class: "wl-side" }, readout.node, closeup.node);
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
    const { size: side, letters } = fit(picture, room.width, model.get("numbers"));
    numbered = letters !== null;
    grid.layOut(picture.shape, side);
    grid.paint(picture, letters);
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
    const closely = model.get("numbers") && !numbered;
    view.root.classList.toggle("wl-closely", closely); // in the place of the readout, so that nothing moves
    if (closely) closeup.show(picture, row, column);
    const legend = model.get("numbers") ? [" ", h("span", { class: "wl-quiet" }, legendOf(picture, p))] : [];
    const note = model.get("note") ? [h("span", { class: "wl-quiet wl-read-as" }, ...prose(model.get("note")))] : [];
    view.caption.replaceChildren(...caption(text, row, column, p), ...legend, ...note);
  }

  view.listen(["picture", "numbers", "count"], draw);
  view.listen(["row", "column", "note"], point);
  view.listen(["index"], choose);
  draw();
  return view.destroy;
}

export default { render };
