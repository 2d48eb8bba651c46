// Images of one digit are laid on a stack one after the other, and their mean becomes the ideal digit.
import { createMore, dropdown } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { clamp, grouped, range } from "../shared/format.js";
import { createGrid } from "../shared/pixel-grid.js";
import { GRID_MOVES, moveByKeys } from "../shared/pixel-moves.js";
import { createPlayer } from "../shared/player.js";
import { createRoom } from "../shared/resize.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const BESIDE = 32; // room for the numbers of a picture's rows
const ARROW = 40; // with the gaps around it
const [SMALLEST, LARGEST] = [4, 12]; // the side of a pixel of the mean
const FULL = 1000; // means and spreads come in thousandths
const NO_NUMBERS = Array(PIXELS).fill("");

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "mean", "Mean digit");
  const pixel = createPixel(get, view.save, point);
  const pictures = createPictures(pixel.listeners);
  /** @type {ReturnType<typeof read>} */
  let stack;
  let follows = false;
  const player = createPlayer({
    length: get("stack").counts.length - 1,
    onseek: show,
    signal: view.signal,
    name: "height of the stack",
    onrestart() {
      player.pause();
      model.send({ restart: true });
    },
  });
  const controls = createControls(player, view.save);
  view.controls.append(...controls.nodes);
  view.stage.append(pictures.node);
  view.root.addEventListener("keydown", (event) => {
    if (!(/** @type {Element} */ (event.target).closest(".wl-bitmap"))) player.keys(event);
  });
  const room = createRoom(view, { onchange: layOut });

  function layOut() {
    pictures.layOut(room.width);
    paint();
  }
  /** Another digit has come. Its parts come one by one, and may be of another length. */
  function load() {
    if (!isWhole(get)) return;
    stack = read(get);
    follow();
  }
  /** Go where the kernel says the stack is, without telling it so: it may be elsewhere by then. */
  function follow() {
    follows = true;
    player.setLength(stack.counts.length - 1);
    if (get("step") >= 0) player.seek(get("step"));
    follows = false;
  }
  function show(at) {
    if (!stack) return;
    if (!follows && at !== get("step")) view.save({ step: at });
    paint();
  }
  function paint() {
    pictures.paint(stack, player.position(), get("spread"));
    controls.show(get);
    point();
  }
  function point() {
    const [row, column] = pixel.current();
    pictures.point(row, column);
    view.caption.textContent = captionOf(stack, player.position(), row, column, get("spread"));
  }

  view.listen(["stack", "newest", "means", "spreads", "inked"], load);
  view.listen(["digit"], () => controls.show(get));
  view.listen(["step"], () => get("step") !== player.position() && follow());
  view.listen(["row", "column"], point);
  view.listen(["spread"], layOut);
  stack = read(get);
  layOut();
  follow();
  return view.destroy;
}

/** The pixel that is looked at, under the pointer or pinned: { listeners, current() -> [row, column] }. */
function createPixel(get, save, onpoint) {
  /** @type {number | null} */
  let highlighted = null; // the one under the pointer
  const current = () => highlighted ?? get("row") * SIDE + get("column");
  const highlight = (p) => {
    if (highlighted === p) return;
    highlighted = p;
    onpoint();
  };
  const pin = (p) => {
    highlighted = null;
    save({ row: Math.floor(p / SIDE), column: p % SIDE });
  };
  return {
    listeners: {
      onHighlight: highlight,
      onpin: pin,
      onleave: () => highlight(null),
      onkey: moveByKeys(GRID_MOVES, () => ({ p: current(), shape: [SIDE, SIDE] }), pin),
    },
    current: () => [Math.floor(current() / SIDE), current() % SIDE],
  };
}

/** Which digit, the player, and behind "more" what is rarely changed: { nodes, show(get) }. */
function createControls(player, save) {
  const options = range(10).map((digit) => ({ value: String(digit), text: String(digit) }));
  const digits = dropdown("digit", options, "0", (digit) => save({ digit: Number(digit) }));
  const spread = h("input", { type: "checkbox", onchange: () => save({ spread: spread.checked }) });
  const more = createMore(h("label", {}, spread, "spread: how much the images differ"), player.speed);
  return {
    nodes: [digits.node, player.node, more],
    show(get) {
      digits.select.value = String(get("digit"));
      spread.checked = get("spread");
    },
  };
}

/** The newest image, the mean, the spread: { node, layOut(room), paint(stack, at, isSpread), point(row, column) }. */
function createPictures(listeners) {
  const [newest, mean, spread] = ["wl-newest", "wl-of-stack", "wl-of-stack"].map((name) =>
    createPicture(listeners, name),
  );
  const arrow = h("span", { class: "wl-arrow wl-quiet", "aria-hidden": "true" }, "→");
  let shownAt = -1;

  /** The newest image travels to the stack. */
  function join(at) {
    const forward = shownAt >= 0 && at > shownAt && !prefersReducedMotion();
    if (at !== shownAt) newest.grid.node.classList.remove("wl-joins");
    if (forward) {
      newest.grid.node.getBoundingClientRect(); // so that the motion begins anew
      newest.grid.node.classList.add("wl-joins");
    }
    shownAt = at;
  }
  return {
    node: h("div", { class: "wl-bench" }, newest.node, arrow, mean.node, spread.node),
    /** The newest is half as large as the mean, and the spread as large. */
    layOut(room) {
      const size = clamp(Math.floor((room - 2 * BESIDE - ARROW) / SIDE / 1.5), SMALLEST, LARGEST);
      newest.grid.layOut([SIDE, SIDE], Math.floor(size / 2));
      mean.grid.layOut([SIDE, SIDE], size);
      spread.grid.layOut([SIDE, SIDE], size);
    },
    paint(stack, at, isSpread) {
      join(at);
      const [count, kind] = [stack.texts[at], at === 0 ? "image" : stack.name];
      newest.paint(stack.newest(at), 255, `number ${count} joins`, `image number ${count} of the ${stack.name}`);
      mean.paint(stack.means(at), FULL, `mean of ${count} ${kind}`, `mean of ${count} ${kind}`);
      spread.paint(stack.spreads(at), FULL / 2, "spread: ink where they differ", `spread of ${count} ${kind}`);
      spread.node.hidden = !isSpread;
    },
    point(row, column) {
      for (const { grid } of [newest, mean, spread]) grid.point(row, column);
    },
  };
}

/** The sentences that say what is seen. */
function captionOf(stack, at, row, column, isSpread) {
  const p = row * SIDE + column;
  const facts = [
    `Row ${row}, column ${column}: ink in ${grouped(stack.inked(at)[p])} of ${stack.texts[at]}`,
    `mean ${share(stack.means(at)[p])}`,
    ...(isSpread ? [`spread ${share(stack.spreads(at)[p])}`] : []),
  ];
  return `${stack.sentences[at]} ${facts.join(", ")}.`;
}

/** One picture with its caption: { node, grid, paint(values, full, words, label) }; `full` is all ink. */
function createPicture(listeners, name) {
  const grid = createGrid(listeners);
  const words = h("figcaption", {});
  return {
    node: h("figure", { class: name }, grid.node, words),
    grid,
    paint(values, full, text, label) {
      grid.paint({ grey: Array.from(values, (value) => value / full), short: NO_NUMBERS }, null);
      set(grid.node, { "aria-label": `${label}; arrow keys move among the pixels` });
      words.textContent = text;
    },
  };
}

/** The traits as rows of numbers, one row for each height of the stack. */
function read(get) {
  const bytes = (name) => {
    const { buffer, byteOffset, byteLength } = get(name);
    return buffer.slice(byteOffset, byteOffset + byteLength);
  };
  const rows = (numbers) => (at) => numbers.subarray(at * PIXELS, (at + 1) * PIXELS);
  return {
    ...get("stack"),
    newest: rows(new Uint8Array(bytes("newest"))),
    means: rows(new Uint16Array(bytes("means"))),
    spreads: rows(new Uint16Array(bytes("spreads"))),
    inked: rows(new Uint16Array(bytes("inked"))),
  };
}

/** Whether all parts of a stack are there: they come one by one, and another digit has another number of them. */
function isWhole(get) {
  const steps = get("stack").counts.length;
  const sizes = { newest: 1, means: 2, spreads: 2, inked: 2 }; // bytes of a number
  return Object.entries(sizes).every(([name, size]) => get(name).byteLength === steps * PIXELS * size);
}

/** Thousandths as they are written. */
const share = (thousandths) => (thousandths / FULL).toFixed(3);

export default { render };
