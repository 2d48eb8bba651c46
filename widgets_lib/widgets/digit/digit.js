import { button, iconButton } from "../shared/controls.js";
import { drawing, h, prose, s, set } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { createView } from "../shared/view.js";

const ACROSS = 448; // drawing units that a picture fills if it can
const LARGEST = 32; // the side of a pixel, without its number
const TOP = 24; // room for the number of the column
const CLOSE = 4; // pixels on each side of the one in the middle of the close-up
const CLOSE_SIZE = 28;

const clamp = (value, most) => Math.max(0, Math.min(most, value));
const range = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);
const signed = (text) => text.replace("-", "−");

/** The least side of a cell that has room for each of these texts. */
const roomFor = (texts) => Math.max(20, 8 * Math.max(...texts.map((text) => text.length)) + 4);

/**
 * The pixels as ink on paper: { node, lay(shape, size), paint(picture, numbered), point(row, column) }.
 * A pixel's ink is as strong as its grey; under numbers all ink is paler, so that they can be read.
 */
function createGrid({ onlook, onpin, onleave, onkey }) {
  const node = s("svg", {
    tabindex: 0,
    role: "application",
    "aria-roledescription": "picture",
    class: "wl-grid",
    onpointerleave: onleave,
    onkeydown: onkey,
  });
  const pixelOf = (event) => event.target.dataset?.p;
  node.addEventListener("pointerover", (event) => pixelOf(event) && onlook(Number(pixelOf(event))));
  node.addEventListener("click", (event) => pixelOf(event) && onpin(Number(pixelOf(event))));
  let [rows, columns, size, left] = [0, 0, 0, 0];
  let cells = [];
  let marks = {};
  let texts = null;

  return {
    node,
    lay(shape, side) {
      if (shape[0] === rows && shape[1] === columns && side === size) return;
      [rows, columns] = shape;
      size = side;
      left = 12 + 8 * String(rows - 1).length;
      const [wide, high] = [columns * size, rows * size];
      cells = range(0, rows * columns).map((p) =>
        s("rect", {
          "data-p": p,
          x: (p % columns) * size,
          y: Math.floor(p / columns) * size,
          width: size,
          height: size,
        }),
      );
      const frame = (name, attributes = {}) => s("rect", { class: name, ...attributes });
      const label = (name, attributes = {}) => s("text", { class: name, "aria-hidden": "true", ...attributes });
      marks = {
        row: frame("wl-band wl-i", { width: wide, height: size }),
        column: frame("wl-band wl-j", { width: size, height: high }),
        halo: frame("wl-halo", { width: size + 2, height: size + 2 }),
        pixel: frame("wl-pixel", { width: size + 2, height: size + 2 }),
        i: label("wl-i wl-at", { x: -8, "text-anchor": "end", "dominant-baseline": "central" }),
        j: label("wl-j wl-at", { y: -8, "text-anchor": "middle" }),
      };
      const end = (text, attributes) => s("text", { class: "wl-quiet", "aria-hidden": "true", ...attributes }, text);
      marks.ends = [
        [0, null, end("0", { x: -8, y: size / 2, "text-anchor": "end", "dominant-baseline": "central" })],
        [
          rows - 1,
          null,
          end(rows - 1, { x: -8, y: high - size / 2, "text-anchor": "end", "dominant-baseline": "central" }),
        ],
        [null, 0, end("0", { x: size / 2, y: -8, "text-anchor": "middle" })],
        [null, columns - 1, end(columns - 1, { x: wide - size / 2, y: -8, "text-anchor": "middle" })],
      ];
      texts = null;
      const drawn = drawing(left + wide + 4, TOP + high + 4, "");
      set(node, { viewBox: drawn.getAttribute("viewBox"), style: drawn.getAttribute("style") });
      node.replaceChildren(
        s(
          "g",
          { transform: `translate(${left} ${TOP})` },
          frame("wl-sheet", { width: wide, height: high }),
          s("g", { class: "wl-ink" }, ...cells),
          s("g", { class: "wl-numbers" }),
          marks.row,
          marks.column,
          marks.halo,
          marks.pixel,
          marks.i,
          marks.j,
          ...marks.ends.map(([, , text]) => text),
        ),
      );
    },
    paint({ grey, short }, numbered) {
      cells.forEach((cell, p) => cell.setAttribute("fill-opacity", grey[p]));
      node.classList.toggle("wl-numbered", numbered);
      const group = node.querySelector(".wl-numbers");
      if (!numbered) {
        texts = null;
        group.replaceChildren();
        return;
      }
      if (!texts) {
        texts = cells.map((_, p) =>
          s("text", { x: ((p % columns) + 0.5) * size, y: (Math.floor(p / columns) + 0.5) * size }),
        );
        group.replaceChildren(...texts);
      }
      texts.forEach((text, p) => {
        text.textContent = signed(short[p]);
        text.setAttribute("class", grey[p] ? "" : "wl-quiet");
      });
    },
    point(row, column) {
      const [x, y] = [column * size, row * size];
      set(marks.row, { y });
      set(marks.column, { x });
      for (const mark of [marks.halo, marks.pixel]) set(mark, { x: x - 1, y: y - 1 });
      set(marks.i, { y: y + size / 2 }).textContent = row;
      set(marks.j, { x: x + size / 2 }).textContent = column;
      for (const [atRow, atColumn, text] of marks.ends) {
        const apart = atRow === null ? Math.abs(atColumn - column) * size : Math.abs(atRow - row) * size;
        set(text, { visibility: apart < (atRow === null ? 24 : 14) ? "hidden" : "visible" });
      }
    },
  };
}

/** All pixels in one row, as they lie in memory: { node, paint(picture), point(p, columns, text) }. */
function createStrip({ onlook, onpin, onleave, onkey }) {
  const ink = s("g", { class: "wl-ink" });
  const segment = s("rect", { class: "wl-segment wl-i", y: 0, height: 1 });
  const picture = s("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, ink, segment);
  const mark = h("span", { class: "wl-mark", "aria-hidden": "true" });
  const place = h("output", { class: "wl-place", "aria-hidden": "true" });
  const last = h("span", { class: "wl-quiet" });
  const row = h("div", { class: "wl-row" }, picture, mark);
  const scale = h(
    "div",
    { class: "wl-scale wl-mono", "aria-hidden": "true" },
    h("span", { class: "wl-quiet" }, "0"),
    last,
    place,
  );
  const node = h(
    "div",
    {
      class: "wl-strip",
      tabindex: 0,
      role: "slider",
      "aria-label": "place in the flat row of numbers",
      "aria-valuemin": 0,
      onpointerleave: onleave,
      onkeydown: onkey,
    },
    row,
    scale,
  );
  let count = 1;
  const under = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    return clamp(Math.floor(((event.clientX - left) / width) * count), count - 1);
  };
  node.addEventListener("pointermove", (event) => onlook(under(event)));
  node.addEventListener("click", (event) => onpin(under(event)));
  return {
    node,
    paint({ grey }) {
      count = grey.length;
      set(picture, { viewBox: `0 0 ${count} 1` });
      // Paper needs no ink: most pixels of a digit.
      ink.replaceChildren(
        ...grey.flatMap((share, p) =>
          share ? [s("rect", { x: p, y: 0, width: 1, height: 1, "fill-opacity": share })] : [],
        ),
      );
      last.textContent = count - 1;
      set(node, { "aria-valuemax": count - 1 });
    },
    point(p, columns, words) {
      const share = (p + 0.5) / count;
      set(segment, { x: p - (p % columns), width: columns });
      mark.style.left = `${100 * share}%`;
      place.style.left = `${100 * share}%`;
      place.style.transform = `translateX(${-100 * share}%)`;
      place.textContent = p;
      scale.firstChild.style.visibility = share < 0.1 ? "hidden" : "visible";
      last.style.visibility = share > 0.88 ? "hidden" : "visible";
      set(node, { "aria-valuenow": p, "aria-valuetext": words });
    },
  };
}

/** Several pictures: one back, its number, one on, a slider through all: { node, show(index, count) }; `ontype` answers what is no picture. */
function createChooser({ onchoose, ontype }) {
  let [at, last] = [0, 0];
  const back = iconButton("back", "picture before", () => onchoose(at - 1));
  const next = iconButton("step", "next picture", () => onchoose(at + 1));
  const field = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: 24,
    "aria-label": "number of the picture",
    onchange: type,
  });
  const total = h("span", { class: "wl-quiet" });
  const range = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "picture",
    oninput: () => onchoose(Number(range.value)),
  });
  const node = h(
    "div",
    { class: "wl-chooser", role: "group", "aria-label": "pictures" },
    "picture",
    back,
    field,
    next,
    range,
    total,
  );
  function type() {
    const text = field.value;
    const asked = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
    field.value = asked <= last ? asked : at;
    if (asked <= last && asked !== at) onchoose(asked);
    else ontype(text);
  }
  return {
    node,
    show(index, count) {
      node.hidden = count < 2;
      [at, last] = [index, count - 1];
      set(range, { max: last, "aria-valuetext": `picture ${index} of ${count}` });
      field.value = index;
      range.value = index;
      total.textContent = `0 … ${last}`;
      // A button that greys out drops the focus.
      if (at === 0 && document.activeElement === back) next.focus();
      if (at === last && document.activeElement === next) back.focus();
      back.disabled = at === 0;
      next.disabled = at === last;
    },
  };
}

/** What is known of the pixel that is looked at: { node, show(picture, row, column) }. */
function createReadout() {
  const value = h("b", { class: "wl-value" });
  const [lowest, highest] = [h("span"), h("span")];
  const level = h("i");
  const ramp = h("div", { class: "wl-ramp" }, h("div", { class: "wl-levels" }, level), lowest, highest);
  const [row, column, place] = [h("b", { class: "wl-i" }), h("b", { class: "wl-j" }), h("span")];
  const fact = (name, what) => [h("span", { class: "wl-quiet" }, name), h("span", { class: "wl-mono" }, what)];
  const label = fact("label", h("b"));
  const node = h(
    "div",
    { class: "wl-readout", "aria-hidden": "true" },
    h("div", { class: "wl-facts" }, ...fact("value", value)),
    ramp,
    h(
      "div",
      { class: "wl-facts" },
      ...label,
      ...fact("row", row),
      ...fact("column", column),
      ...fact("flat index", place),
    ),
  );
  return {
    node,
    show(picture, r, c) {
      const [, columns] = picture.shape;
      const p = r * columns + c;
      value.textContent = signed(picture.texts[p]);
      lowest.textContent = signed(picture.lowest);
      highest.textContent = signed(picture.highest);
      level.style.left = `${100 * picture.grey[p]}%`;
      row.textContent = r;
      column.textContent = c;
      place.replaceChildren(
        `${columns}·`,
        h("span", { class: "wl-i" }, String(r)),
        " + ",
        h("span", { class: "wl-j" }, String(c)),
        " = ",
        h("b", {}, String(p)),
      );
      for (const part of label) part.hidden = !picture.label;
      label[1].firstChild.textContent = picture.label;
    },
  };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "digit", "Digit viewer");
  const get = (name) => model.get(name);
  let picture;
  let looked = null; // the pixel under the pointer; null: the pointer is elsewhere
  let numbered = false; // the cells of the picture itself have room for their numbers

  const pinned = () => {
    const [rows, columns] = picture.shape;
    return clamp(get("row"), rows - 1) * columns + clamp(get("column"), columns - 1);
  };
  const split = (p) => [Math.floor(p / picture.shape[1]), p % picture.shape[1]];
  const look = (p) => {
    looked = p;
    point();
  };
  const pin = (p) => {
    const [row, column] = split(p);
    looked = null;
    view.save({ row, column });
    point();
  };
  const keys = (moves) => (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
    event.preventDefault();
    pin(moves[event.key](looked ?? pinned(), ...split(looked ?? pinned())));
  };

  const last = () => picture.texts.length - 1;
  const [high, wide] = [() => picture.shape[0], () => picture.shape[1]];
  const hands = { onlook: look, onpin: pin, onleave: () => look(null) };
  const grid = createGrid({
    ...hands,
    onkey: keys({
      ArrowUp: (p, row) => (row > 0 ? p - wide() : p),
      ArrowDown: (p, row) => (row < high() - 1 ? p + wide() : p),
      ArrowLeft: (p, _, column) => (column > 0 ? p - 1 : p),
      ArrowRight: (p, _, column) => (column < wide() - 1 ? p + 1 : p),
      Home: (p, _, column) => p - column,
      End: (p, _, column) => p - column + wide() - 1,
      PageUp: (_, __, column) => column,
      PageDown: (_, __, column) => (high() - 1) * wide() + column,
    }),
  });
  const along = (step) => (p) => clamp(p + step, last());
  const strip = createStrip({
    ...hands,
    onkey: keys({
      ArrowLeft: along(-1),
      ArrowRight: along(1),
      ArrowUp: (p) => along(-wide())(p),
      ArrowDown: (p) => along(wide())(p),
      PageUp: (p) => along(-wide())(p),
      PageDown: (p) => along(wide())(p),
      Home: () => 0,
      End: last,
    }),
  });
  const readout = createReadout();
  const close = h("div", { class: "wl-close", "aria-hidden": "true" });
  const legend = h("p", { class: "wl-legend wl-quiet" });
  const chooser = createChooser({
    onchoose: (index) => view.save({ index }),
    ontype: (text) => model.send({ index: text }),
  });
  const numbers = h("input", { type: "checkbox", onchange: () => view.save({ numbers: numbers.checked }) });
  const bench = h("div", { class: "wl-bench" }, grid.node, h("div", { class: "wl-side" }, readout.node, legend, close));
  // What is wrong is mostly the number of a picture: said under its field.
  view.controls.append(
    button("Start again", () => model.send({ restart: true })),
    h("label", {}, numbers, "numbers in the cells"),
    chooser.node,
    view.error,
  );
  view.stage.append(bench, strip.node);

  const unit = () => parseFloat(globalThis.getComputedStyle?.(view.root).fontSize) / 15 || 1;
  const measure = () => (view.stage.clientWidth || 960) / unit();
  let room = measure();

  function draw() {
    picture = get("picture");
    const [rows, columns] = picture.shape;
    const free = room - 20 - 8 * String(rows - 1).length;
    const plain = Math.max(
      4,
      Math.min(LARGEST, Math.floor(Math.min(free, ACROSS) / columns), Math.floor(ACROSS / rows)),
    );
    const needed = roomFor(picture.short);
    numbered = get("numbers") && columns * Math.max(plain, needed) <= free;
    grid.lay(picture.shape, numbered ? Math.max(plain, needed) : plain);
    grid.paint(picture, numbered);
    strip.paint(picture);
    choose();
    numbers.checked = get("numbers");
    set(grid.node, {
      "aria-label": `${picture.label ? `${picture.label}, ` : ""}${rows} × ${columns} pixels; arrow keys move among them`,
    });
    point();
  }

  /** The picture asked for; where there is none of that number, the one that is shown. */
  function choose() {
    const [index, count] = [get("index"), get("count")];
    chooser.show(index >= 0 && index < count ? index : picture.index, count);
  }

  function point() {
    const p = looked ?? pinned();
    const [row, column] = split(p);
    const text = signed(picture.texts[p]);
    grid.point(row, column);
    strip.point(p, wide(), `${p}: ${text}, row ${row}, column ${column}`);
    readout.show(picture, row, column);
    const short = picture.short[p] === picture.texts[p] ? "" : `; here ${signed(picture.short[p])} for ${text}`;
    legend.textContent = get("numbers") ? `In the cells: ${picture.scale}${short}.` : "";
    drawClose(row, column);
    view.caption.replaceChildren(
      ...prose(
        `Row ${row}, column ${column}: \`image[${row}][${column}]\` and \`flat[${p}]\` are one number, ${text}.`,
      ),
    );
  }

  /** Where the picture has no room for numbers: the pixels around the one looked at, with theirs. */
  function drawClose(row, column) {
    close.hidden = !get("numbers") || numbered;
    if (close.hidden) return;
    const around = (at, length) => {
      const from = clamp(at - CLOSE, Math.max(0, length - 2 * CLOSE - 1));
      return range(from, Math.min(length, from + 2 * CLOSE + 1));
    };
    const shown = [around(row, high()), around(column, wide())];
    const pixel = (p) => shown[0][Math.floor(p / shown[1].length)] * wide() + shown[1][p % shown[1].length];
    const facets = createFacets({
      shown,
      size: Math.max(CLOSE_SIZE, roomFor(picture.short)),
      text: (p) => signed(picture.short[pixel(p)]),
    });
    facets.cells.forEach((cell, p) => cell.style.setProperty("--wl-grey", picture.grey[pixel(p)]));
    const at = shown[0].indexOf(row) * shown[1].length + shown[1].indexOf(column);
    facets.cells[at].classList.add("wl-on");
    facets.point(at);
    close.replaceChildren(drawing(facets.width, facets.height, "close-up", facets.node));
  }

  view.listen(["picture", "numbers", "count"], draw);
  view.listen(["row", "column"], point);
  view.listen(["index"], choose);
  draw();

  if (globalThis.ResizeObserver) {
    const observer = new ResizeObserver(() => {
      if (Math.abs(measure() - room) < 1) return;
      room = measure();
      draw();
    });
    observer.observe(view.stage);
    view.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  return view.destroy;
}

export default { render };
