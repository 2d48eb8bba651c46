// An image as a table of its numbers and as greys: point into either, mark a row, a column or a slice.
import { h, prose, set } from "../shared/dom.js";
import { clamp, range, signed } from "../shared/format.js";
import { createGrid } from "../shared/pixel-grid.js";
import { createRoom } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createControls, SHARE, WHOLE } from "./controls.js";
import { createGestures, listenToDrag } from "./gestures.js";
import { outlines } from "./outlines.js";
import { createTable } from "./table.js";

const ACROSS = 336; // drawing units that the picture fills if it can
const BESIDE = 40; // room for the numbers of its rows
const [SMALLEST, LARGEST] = [6, 28]; // the side of a pixel

/** The rows and columns that the table shows: those of a slice, if only it is to be seen. */
function shownIn(get) {
  const { rows, columns } = get("selection");
  return isCropped(get) ? [rows, columns] : get("picture").shape.map((length) => range(length));
}

const isCropped = (get) => get("cropped") && get("selection").kind === "slice";

/** The sentences that say what is pointed at and what is marked. */
function captionOf(get, p) {
  const { name, texts, shape } = get("picture");
  const scale = get("scale");
  const other = scale === WHOLE ? SHARE : WHOLE;
  const [here, there] = [scale, other].map((each) => signed(texts[each][p]));
  const place = `${Math.floor(p / shape[1])}, ${p % shape[1]}`;
  const pixel = `\`${name}[${place}]\` is ${here} (${there} on the scale ${other}).`;
  return prose(`${pixel} ${get("selection").sentence}`);
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "pixels", "Pixel table");
  const gestures = createGestures(
    get,
    view.save,
    () => shownIn(get),
    () => point(),
  );
  const listeners = { onHighlight: gestures.highlight, onkey: gestures.walk };
  const drags = { onpress: gestures.press, ondrag: gestures.drag };
  const grid = createGrid({ ...listeners, onpin: () => {}, onleave: () => gestures.highlight(null) });
  const table = createTable({ ...listeners, ...drags }, view.signal);
  listenToDrag(grid.node, drags);
  const controls = createControls({
    onsave: view.save,
    ontype: (index) => model.send({ index }),
    onrestart: () => model.send({ restart: true }),
  });
  view.controls.append(...controls.nodes);
  view.stage.append(h("div", { class: "wl-bench" }, grid.node, table.node));
  const room = createRoom(view, { onchange: draw });
  let built = ""; // which rows and columns the table has

  function draw() {
    const { shape, grey, label } = get("picture");
    const free = Math.min(room.width - BESIDE, ACROSS);
    const size = clamp(Math.floor(free / Math.max(...shape)), SMALLEST, LARGEST);
    grid.layOut(shape, size);
    grid.paint({ grey, short: [] }, null);
    set(grid.node, { "aria-label": `${label}, as greys; arrow keys move among them, with Shift they mark a slice` });
    grid.layer.replaceChildren(...outlines(get("selection"), size));
    drawTable();
  }
  function drawTable() {
    const { grey, label, short, shape } = get("picture");
    const { rows, columns, kind } = get("selection");
    const shown = shownIn(get);
    if (JSON.stringify(shown) !== built) {
      table.build(...shown, shape[1], `${label}, as numbers; arrow keys move among them, with Shift they mark a slice`);
      built = JSON.stringify(shown);
    }
    table.write(short[get("scale")], grey);
    const [inRows, inColumns] = [new Set(rows), new Set(columns)];
    // Where all of the table is marked, nothing need say so.
    const isMarked = (p) => inRows.has(Math.floor(p / shape[1])) && inColumns.has(p % shape[1]);
    table.mark(isCropped(get) ? () => false : isMarked, kind);
    view.root.classList.toggle("wl-on-greys", get("greys"));
    controls.show(get);
    point();
  }
  function point() {
    const p = gestures.current();
    const wide = get("picture").shape[1];
    grid.point(Math.floor(p / wide), p % wide);
    table.point(p);
    table.showRest();
    view.caption.replaceChildren(...captionOf(get, p));
  }

  view.listen(["picture", "selection"], draw);
  view.listen(["scale", "greys", "cropped", "mark"], drawTable);
  view.listen(["row", "column"], point);
  view.listen(["error"], () => controls.show(get)); // what was typed and refused stands in the error
  draw();
  return view.destroy;
}

export default { render };
