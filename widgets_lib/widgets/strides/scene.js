// The drawing of StrideExplorer: the view above, the storage below, and the walk that ties an element to its cell.
// Its cells are kept from picture to picture and travel: a redraw costs what has changed.
import { drawing, s, set } from "../shared/dom.js";
import { prefersReducedMotion } from "../shared/view.js";

const LETTERS = "jiklmnop"; // from the last axis, so that rows stay blue and columns vermillion whatever comes before
const COLUMNS = 24; // of the storage, at most; one more for the gap between two runs of twelve
const GAP = 40; // between the view and what is written beside it
const MOTION_MS = 240;

const range = (length) => Array.from({ length }, (_, index) => index);
const signed = (number) => String(number).replace("-", "−");
const append = (map, key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value]));

/** The letter of an axis: the last is j, the one before it i, then k. */
export const letterOf = (axis, ndim) => LETTERS[ndim - 1 - axis] ?? `d${axis}`;

/** The index of an element from its row-major number. */
export function indexOf(number, shape) {
  const index = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(number % shape[axis]);
    number = Math.floor(number / shape[axis]);
  }
  return index;
}

/** The row-major number of an element. */
export const numberOf = (index, shape) => index.reduce((number, i, axis) => number * shape[axis] + i, 0);

/**
 * Where everything of a picture goes, in drawing units, in `width` of them if it can be helped.
 *
 * Returns { size, roomy, elements: [{ x, y, row, col }], facets, cells: Map of position -> { x, y, numbered }, gaps,
 * walls, title, room, foot, arcs, width, height }. What is written stands at the right of the view if
 * `written.width` fits there: `written.stand(room)` puts it there (below, for null), and a storage that would run
 * into it begins under `written.height()`.
 */
export function layOut(picture, width, written) {
  const { shape, shown, positions, cells: drawn, texts, storage_size: storageSize } = picture;
  const ndim = shape.length;
  const [L, K, I, J] = [...Array(Math.max(0, 4 - (shown?.length ?? 0))).fill(1), ...(shown ?? []).slice(-4)];
  const longest = Math.max(2, ...texts.map((text) => text.length));
  const roomy = positions.length <= 36 && drawn.length <= 12; // few numbers are drawn larger
  const size = Math.max(roomy ? 48 : 36, 4 * Math.ceil((longest * (roomy ? 10 : 8) + 4) / 4));

  // the view: one facet for each index of the axes before the last two
  const cut = [0, 1].map((axis) => ndim > axis && shown && shown[ndim - 1 - axis] < shape[ndim - 1 - axis]);
  const left = ndim > 1 ? 28 : 4;
  const head = ndim > 2 ? 48 : ndim ? 28 : 8;
  const pitch = { x: left + J * size + 16, y: head + I * size + 8 };
  const across = Math.max(1, Math.min(K, Math.floor((width + 16) / pitch.x)));
  const bands = Math.ceil(K / across);
  const elements = [];
  const facets = [];
  for (const l of range(positions.length ? L : 0)) {
    for (const k of range(K)) {
      const x = left + (k % across) * pitch.x;
      const y = 24 + (l * bands + Math.floor(k / across)) * pitch.y + head;
      facets.push({ l, k, x, y, rows: I, cols: J, cut });
      for (const i of range(I))
        for (const j of range(J)) elements.push({ x: x + j * size, y: y + i * size, row: l * I + i, col: k * J + j });
    }
  }
  const heading = 8 * (picture.memory.length + 10);
  const edge = Math.max(heading, left + across * pitch.x - 16 + (cut[0] ? 20 : 0));
  const foot = Math.max(0, ...elements.map(({ y }) => y + size));
  const room = edge + GAP + written.width <= width ? edge + GAP : null;
  written.stand(room);

  // the storage: runs of cells in lines, each broken only if no line could hold it; gaps where cells are left out
  const runs = [];
  drawn.forEach((position, n) =>
    n && position - drawn[n - 1] === 1 ? runs.at(-1).push(position) : runs.push([position]),
  );
  const columns = Math.max(4, Math.min(COLUMNS + (runs.length > 1), Math.floor((width - left - 4) / size)));
  const slots = [];
  let [line, column] = [0, 0];
  const put = (position) => {
    if (column === columns) [line, column] = [line + 1, 0];
    slots.push({ position, line, column: column++ });
  };
  runs.forEach((run, n) => {
    const missing = n > 0 || run[0] > 0;
    if (column && (run.length > columns || column + missing + run.length > columns)) [line, column] = [line + 1, 0];
    if (missing && column) put(null);
    else if (missing) slots.push({ position: null, line, column: -1 }); // in the margin
    run.forEach(put);
  });
  if (column && column < columns && runs.at(-1).at(-1) < storageSize - 1) put(null);
  const used = Math.max(1, ...slots.map((slot) => slot.column + 1));
  const under = room !== null && left + used * size > edge ? written.height() : 0;
  const title = Math.max(under, elements.length ? foot + 16 + (cut[1] ? 12 : 0) : 72) + 28;
  const arcs = line ? 26 : 36; // room above a line of cells for the hops that land there
  const numbered = Math.max(0, ...drawn.map((position) => String(position).length)) * 8 <= size; // else each run's first
  const cells = new Map();
  const gaps = [];
  const walls = [];
  slots.forEach(({ position, line, column }, n) => {
    const x = left + column * size;
    const y = title + arcs + line * (arcs + size + 20);
    if (position === null) return gaps.push({ x: column < 0 ? left - 14 : x + size / 2, y: y + size / 2 + 4 });
    const opens = !n || slots[n - 1].position === null || slots[n - 1].line !== line;
    cells.set(position, { x, y, numbered: numbered || opens });
    if (position === 0 && storageSize) walls.push({ x, y });
    if (position === storageSize - 1) walls.push({ x: x + size, y });
  });
  const last = [...cells.values()].at(-1);
  return {
    ...{ size, roomy, elements, facets, cells, gaps, walls, title, room, foot, arcs },
    width: Math.max(edge, left + used * size + 8),
    height: last ? last.y + size + 24 : title + 44,
  };
}

/**
 * The drawing: { node, show, look, spread, describe, at }, empty at first. Its timers stop when `signal` aborts.
 *
 * show(picture, layout, moving)  draws a picture (see `_picture` in strides.py) where `layout` says; with `moving`
 *                                everything travels there from where its number was
 * look(target)   lights { element } or { cell } and all that is tied to it
 * spread(cell)   lets a number that was just written travel to every element that reads it
 * at             { picture, elements: [mark] by number, cells: Map of position -> mark, readers: Map of position -> numbers };
 *                a mark has its `node`, which carries data-e (row-major number) or data-p (storage position), and x, y
 */
export function createScene(signal) {
  const layer = (name, attributes = { "aria-hidden": "true" }) => s("g", { class: `wl-${name}`, ...attributes });
  const threads = layer("threads");
  const decor = layer("decor");
  const view = layer("view", {});
  const storage = layer("storage", {});
  const walls = s("path", { class: "wl-wall" });
  const front = layer("walk", { role: "img" });
  const node = drawing(1, 1, "", threads, decor, view, storage, walls, front);
  set(node, { role: "group" });
  const at = { picture: null, elements: [], cells: new Map(), readers: new Map() };
  let layout;
  let shown; // the picture drawn

  const exists = (position) => position >= 0 && position < shown.storage_size;

  // ---- marks: one cell each, of the view or of the storage ----
  function createMark(stored) {
    const [rect, text, under] = [
      s("rect", { x: 0.5, y: 0.5 }),
      s("text"),
      stored && s("text", { class: "wl-position wl-quiet" }),
    ];
    const mark = {
      rect,
      text,
      under,
      now: null,
      worn: {},
      node: s("g", { tabindex: -1 }, rect, under, under && " ", text),
    }; // read as in its label: position, number
    (stored ? storage : view).append(mark.node);
    return mark;
  }
  /** Write only what differs from what the mark wears; asking the document would cost as much as writing. */
  function dress(mark, wanted) {
    const { worn, node, rect, text, under } = mark;
    const differs = (name) => worn[name] !== wanted[name];
    if (differs("size")) {
      set(rect, { width: wanted.size - 1, height: wanted.size - 1 });
      set(text, { x: wanted.size / 2, y: wanted.size / 2 });
      if (under) set(under, { x: wanted.size / 2, y: wanted.size + 11 });
    }
    if (differs("name")) set(node, { class: `wl-cell ${wanted.name}` });
    if (differs("label")) set(node, { "aria-label": wanted.label });
    if (differs("role")) set(node, { role: wanted.role });
    if (differs("text")) text.textContent = wanted.text;
    if (under && differs("number")) under.textContent = wanted.number;
    mark.worn = wanted;
  }
  function putAt(mark, { x, y }) {
    if (mark.now?.x !== x || mark.now.y !== y)
      set(mark.node, { transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})` });
    mark.now = { x, y };
  }

  function show(picture, next, moving) {
    unlight();
    const before = { picture: shown, elements: at.elements, cells: at.cells, readers: at.readers };
    const copied = before.picture !== null && before.picture?.base !== picture.base;
    layout = next;
    at.picture = shown = picture;
    at.readers = new Map();
    picture.positions.forEach((position, e) => append(at.readers, position, e));
    const texts = new Map(picture.cells.map((position, n) => [position, picture.texts[n]]));
    const { size } = layout;
    const journeys = [];
    const send = (mark, place, from) => {
      Object.assign(mark, place, { size });
      if (from && (from.x !== place.x || from.y !== place.y)) journeys.push({ mark, from, to: place });
      else putAt(mark, place);
    };

    const { marks, from } = cast(picture, before, copied ? picture.origins : picture.positions);
    at.elements = marks;
    marks.forEach((mark, e) => {
      const position = picture.positions[e];
      const name = [picture.ghosts[e] && "wl-ghost", !exists(position) && "wl-is-bad"].filter(Boolean).join(" ");
      dress(mark, {
        size,
        name,
        role: "img",
        text: texts.get(position) ?? "?",
        label: elementLabel(e, texts.get(position)),
      });
      mark.node.dataset.e = e;
      send(mark, layout.elements[e], from[e]);
    });

    const spare = [...before.cells].filter(([position]) => !layout.cells.has(position)).map(([, mark]) => mark);
    const complete = picture.shown && picture.shape.every((n, axis) => n === picture.shown[axis]);
    at.cells = new Map();
    for (const [position, place] of layout.cells) {
      const mark = before.cells.get(position) ?? spare.pop() ?? createMark(true);
      const readers = at.readers.get(position) ?? [];
      const [text, real] = [texts.get(position), exists(position)];
      const name = ["wl-store", !real && "wl-is-bad", complete && !readers.length && "wl-unread"]
        .filter(Boolean)
        .join(" ");
      const number = place.numbered ? signed(position) : "";
      dress(mark, {
        size,
        name,
        role: real ? "button" : "img",
        text,
        number,
        label: cellLabel(position, text, readers.length),
      });
      mark.node.dataset.p = position;
      send(mark, place, copied ? at.elements[readers[0]] : before.cells.has(position) ? mark.now : null);
      at.cells.set(position, mark);
    }
    for (const mark of spare) mark.node.remove();
    decorate();
    const { width, height, roomy } = layout;
    set(node, {
      viewBox: `0 0 ${width} ${height}`,
      style: `width:${width / 15}em;height:${height / 15}em`,
      class: roomy ? "wl-roomy" : null,
    });
    travel(journeys, moving);
  }

  /** Which mark plays which element, and where it comes from: the one that showed the same number, if there is one. */
  function cast(picture, before, origins) {
    const count = picture.positions.length;
    const old = before.picture?.positions ?? [];
    const marks = Array(count);
    const from = Array(count);
    const free = new Map();
    const home = new Map(); // where a number was first seen
    old.forEach((position, e) => {
      if (!home.has(position)) home.set(position, { ...before.elements[e].now });
      if (e < count && origins?.[e] === position) {
        marks[e] = before.elements[e];
        from[e] = marks[e].now;
      } else append(free, position, before.elements[e]);
    });
    for (const e of range(count)) {
      if (marks[e]) continue;
      marks[e] = free.get(origins?.[e])?.shift();
      if (marks[e]) from[e] = marks[e].now;
    }
    const spare = [...free.values()].flat();
    for (const e of range(count)) {
      if (marks[e]) continue;
      marks[e] = spare.pop() ?? createMark(false);
      from[e] = home.get(origins?.[e]) ?? before.cells.get(origins?.[e])?.now;
    }
    for (const mark of spare) mark.node.remove();
    return { marks, from };
  }

  // ---- what stands around the cells: titles, indices, gaps, walls ----
  let labels = [];
  function decorate() {
    const { size, facets } = layout;
    const ndim = shown.shape.length;
    const word = (x, y, text, name, anchor = "middle") => s("text", { x, y, class: name, "text-anchor": anchor }, text);
    const sizes = shown.shape.flatMap((n, axis) => [
      axis ? ", " : "",
      s("tspan", { class: `wl-${letterOf(axis, ndim)}` }, String(n)),
    ]);
    const title = (y, name, ...rest) =>
      s("text", { x: 4, y, class: "wl-title" }, s("tspan", { class: "wl-name" }, `${name}  `), ...rest);
    const parts = [
      title(16, "x", "(", ...sizes, ndim === 1 ? ",)" : ")"),
      title(layout.title, "storage", s("tspan", { class: "wl-quiet" }, shown.memory)),
    ];
    if (!layout.elements.length)
      parts.push(word(4, 48, shown.shown ? "no elements" : "too far away to draw", "wl-quiet wl-word", "start"));
    if (!layout.cells.size) parts.push(word(4, layout.title + 32, "no cells", "wl-quiet wl-word", "start"));
    labels = facets.map(({ l, k, x, y, rows, cols, cut }) => {
      const name = ndim > 2 && word(x, y - 28, ndim > 3 ? `l = ${l}, k = ${k}` : `k = ${k}`, "wl-k", "start");
      const down = range(ndim > 1 ? rows : 0).map((i) =>
        word(x - 8, y + (i + 0.5) * size + 4, String(i), "wl-i", "end"),
      );
      const along = range(ndim ? cols : 0).map((j) => word(x + (j + 0.5) * size, y - 8, String(j), "wl-j"));
      parts.push(...down, ...along, ...(name ? [name] : []));
      if (cut[0]) parts.push(word(x + cols * size + 4, y + size / 2 + 4, "⋯", "wl-quiet", "start"));
      if (cut[1]) parts.push(word(x + size / 2, y + rows * size + 12, "⋮", "wl-quiet"));
      return { down, along, name, l, k };
    });
    for (const { x, y } of layout.gaps) parts.push(word(x, y, "⋯", "wl-quiet"));
    // Thick walls where the memory begins and ends: what lies outside is not ours.
    set(walls, { d: layout.walls.map(({ x, y }) => `M${x} ${y - 4}v${size + 8}`).join("") || null });
    decor.replaceChildren(...parts);
  }
  function elementLabel(e, text) {
    const position = shown.positions[e];
    const what = exists(position)
      ? `= ${text}, reads storage cell ${position}`
      : `reads position ${position}, outside the storage`;
    return `x[${indexOf(e, shown.shown).join(", ")}] ${what}${shown.ghosts[e] ? ", which another element reads too" : ""}`;
  }
  function cellLabel(position, text, count) {
    if (!exists(position)) return `position ${position}: no cell of this storage`;
    return `storage cell ${position}: ${text}, read by ${count} of the elements shown; Enter writes into it`;
  }

  // ---- looking: light an element or a cell and all that is tied to it ----
  let lit = [];
  function light(one, name) {
    if (!one) return;
    one.classList.add(name);
    lit.push([one, name]);
  }
  function unlight() {
    for (const [one, name] of lit) one.classList.remove(name);
    lit = [];
  }
  const pool = (group) => {
    const paths = [];
    return (wanted) => {
      wanted.forEach(({ d, name }, n) =>
        set((paths[n] ??= group.appendChild(s("path"))), { d, class: name, visibility: "visible" }),
      );
      for (const path of paths.slice(wanted.length)) set(path, { d: null, class: null, visibility: "hidden" });
    };
  };
  const drawThreads = pool(threads);
  const drawHops = pool(front);
  const letters = [];

  function look({ element, cell }) {
    unlight();
    const position = element === undefined ? cell : shown.positions[element];
    const place = at.cells.get(position);
    const mine = at.readers.get(position) ?? [];
    light(place?.node, "wl-on");
    for (const e of mine) light(at.elements[e].node, element === undefined || e === element ? "wl-on" : "wl-kin");
    if (element !== undefined) {
      const [l, k, i, j] = [0, 0, 0, 0, ...indexOf(element, shown.shown)].slice(-4);
      const facet = labels.find((one) => one.l === l && one.k === k);
      for (const label of [facet?.down[i], facet?.along[j], facet?.name]) light(label || null, "wl-at");
    }
    const tied = element === undefined ? mine : [element];
    drawThreads(place ? tied.map((e) => ({ d: thread(at.elements[e], place), name: "" })) : []);
    walk(element);
  }
  /** Straight down behind the view, then over to the cell. */
  function thread(from, to) {
    const half = layout.size / 2;
    const bend = (to.y - layout.foot) / 2;
    const [x1, x2] = [from.x + half, to.x + half];
    return `M${x1} ${from.y + half}V${layout.foot}C${x1} ${layout.foot + bend} ${x2} ${to.y - bend} ${x2} ${to.y}`;
  }

  /** Hops through the storage: to the offset, then one stride for each step of the index, axis after axis. */
  function walk(element) {
    const hops = [];
    const named = new Map();
    const hop = (from, to, letter) => {
      const [a, b] = [at.cells.get(from), at.cells.get(to)];
      if (!a || !b) return;
      const again = from === to ? hops.filter((one) => one.from === from && one.to === to).length : 0;
      const { d, x, y } = arc(a, b, Math.min(again, 2));
      hops.push({ d, name: `wl-hop wl-${letter}`, from, to });
      if (letter !== "offset" && !named.has(letter)) named.set(letter, { x, y });
    };
    if (element !== undefined) {
      const index = indexOf(element, shown.shown);
      const stop = index.map(() => 0);
      if (shown.offset) hop(0, shown.positions[0], "offset");
      index.forEach((steps, axis) => {
        for (let step = 0; step < steps; step++) {
          const from = shown.positions[numberOf(stop, shown.shown)];
          stop[axis]++;
          hop(from, shown.positions[numberOf(stop, shown.shown)], letterOf(axis, index.length));
        }
      });
    }
    drawHops(hops);
    const names = [...named];
    names.forEach(([letter, { x, y }], n) =>
      set((letters[n] ??= front.appendChild(s("text", { "text-anchor": "middle" }))), {
        x,
        y: y - 3,
        class: `wl-${letter}`,
      }),
    );
    letters.forEach((mark, n) => (mark.textContent = names[n]?.[0] ?? ""));
  }
  function arc(a, b, again) {
    const half = layout.size / 2;
    const [x1, y1, x2, y2] = [a.x + half, a.y - 1, b.x + half, b.y - 1];
    const tip = `M${x2 - 4} ${y2 - 6}L${x2} ${y2}L${x2 + 4} ${y2 - 6}`;
    if (a === b) {
      const [wide, high] = [8 + 3 * again, 18 + 5 * again];
      return {
        d: `M${x1 - 2} ${y1}C${x1 - wide - 4} ${y1 - high} ${x1 + wide + 4} ${y1 - high} ${x1 + 2} ${y1}`,
        x: x1,
        y: y1 - 0.75 * high,
      };
    }
    if (y1 === y2) {
      const high = Math.min(layout.arcs, 20 + Math.abs(x2 - x1) / 12);
      return { d: `M${x1} ${y1}Q${(x1 + x2) / 2} ${y1 - high} ${x2} ${y2}${tip}`, x: (x1 + x2) / 2, y: y1 - high / 2 };
    }
    const start = y2 > y1 ? a.y + layout.size + 16 : y1; // down from under the cell's number
    const bend = y2 > y1 ? 16 : -24;
    return {
      d: `M${x1} ${start}C${x1} ${start + bend} ${x2} ${y2 - 24} ${x2} ${y2}${tip}`,
      x: x1 + 8,
      y: start + bend / 2,
    };
  }

  // ---- motion: one clock for all that travels ----
  let frame = null;
  let travelling = [];
  const step = ({ mark, text, from, to }, share) => {
    const place = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    if (mark) putAt(mark, place);
    else set(text, { transform: share < 1 ? `translate(${place.x} ${place.y})` : null });
  };
  function land() {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    for (const journey of travelling) step(journey, 1);
    travelling = [];
  }
  function travel(journeys, moving) {
    travelling = travelling.filter(({ mark }) => !mark); // marks were told anew where to go; texts were not
    land();
    travelling = journeys;
    if (!moving || prefersReducedMotion() || !globalThis.requestAnimationFrame) return land();
    let start = null;
    const tick = (time) => {
      start ??= time;
      const share = Math.min(1, (time - start) / MOTION_MS);
      for (const journey of travelling) step(journey, share * share * (3 - 2 * share));
      frame = share < 1 ? requestAnimationFrame(tick) : null;
      if (share === 1) travelling = [];
    };
    for (const journey of travelling) step(journey, 0);
    frame = requestAnimationFrame(tick);
  }
  signal.addEventListener("abort", land, { once: true });

  return {
    at,
    node,
    show,
    look,
    spread(position) {
      const cell = at.cells.get(position);
      const marks = (at.readers.get(position) ?? []).map((e) => at.elements[e]);
      const numbers = marks.map(({ text, x, y }) => ({
        text,
        from: { x: cell.x - x, y: cell.y - y },
        to: { x: 0, y: 0 },
      }));
      travel([...travelling, ...numbers], true);
    },
    describe(words, walked) {
      set(node, { "aria-label": words });
      set(front, { "aria-label": walked });
    },
  };
}
