// The drawing of StrideExplorer: the view above, the storage below, and the walk that ties an element to its cell.
import { drawing, s, set } from "./dom.js";
import { createMatrix } from "./matrix.js";

const LETTERS = "jiklmnop"; // from the last axis, so that rows stay blue and columns vermillion whatever comes before
const MOTION_MS = 240;
const COLUMNS = 24; // of the storage, at most; one more for the gap between two runs of twelve
const GAP = 40; // between the view and what is written beside it

const range = (length) => Array.from({ length }, (_, index) => index);

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
 * Slots for runs of cells, { position, line, column }, and one without a position where cells are left out, in the
 * margin (column -1) if a line begins there. A run is broken only if no line could hold it.
 */
function layOut(runs, columns, storageSize) {
  const slots = [];
  let [line, column] = [0, 0];
  const put = (position) => {
    if (column === columns) [line, column] = [line + 1, 0];
    slots.push({ position, line, column: column++ });
  };
  runs.forEach((run, n) => {
    const missing = n > 0 || run[0] > 0;
    const long = run.length > columns;
    if (column && (long || column + missing + run.length > columns)) [line, column] = [line + 1, 0];
    if (missing && column) put(null);
    else if (missing) slots.push({ position: null, line, column: -1 });
    run.forEach(put);
  });
  if (column && column < columns && runs.at(-1).at(-1) < storageSize - 1) put(null);
  return slots;
}

/**
 * A drawing of a picture (see `_picture` in strides.py), no wider than `width` if it can be helped.
 * What is written stands at the right of the view if `written.width` fits there; `written.stand(start)` puts it
 * there (or below, for null) and returns its height, so that a long storage begins under it.
 *
 * node           the svg; elements and cells carry data-e (row-major number) and data-p (storage position)
 * elements       [{ node, x, y, row, col }] by number; cells: Map of position -> { node, x, y, slot }
 * readers        Map of position -> numbers of the elements shown that read it
 * look(target)   light { element } or { cell } and all that is tied to it; `stop` moves the tab stops there too
 * arrive(before) let everything travel here from where it was in that scene
 * spread(cell)   let a number that was just written travel to every element that reads it
 */
export function createScene(picture, width, written) {
  const { shown, positions, ghosts, cells: drawn, texts, storage_size: storageSize } = picture;
  const ndim = picture.shape.length;
  const [L, K, I, J] = [...Array(Math.max(0, 4 - (shown?.length ?? 0))).fill(1), ...(shown ?? []).slice(-4)];
  const longest = Math.max(2, ...texts.map((text) => text.length));
  const roomy = positions.length <= 36 && drawn.length <= 12; // few numbers are drawn larger
  const size = Math.max(roomy ? 48 : 36, 4 * Math.ceil((longest * (roomy ? 10 : 8) + 4) / 4));
  const textAt = new Map(drawn.map((position, n) => [position, texts[n]]));
  const exists = (position) => position >= 0 && position < storageSize;

  const threads = s("g", { class: "wl-threads", "aria-hidden": "true" });
  const front = s("g", { class: "wl-walk", role: "img" });
  const parts = [threads];

  // ---- the view: one matrix for each index of the axes before the last two ----
  const left = ndim > 1 ? 28 : 4;
  const head = ndim > 2 ? 48 : ndim ? 28 : 8;
  const pitch = { x: left + J * size + 16, y: head + I * size + 8 };
  const across = Math.max(1, Math.min(K, Math.floor((width + 16) / pitch.x)));
  const bands = Math.ceil(K / across);
  const elements = [];
  const labels = [];
  parts.push(title("view", 4, 16, "x", picture.shape));
  const cut = (axis) => ndim > axis && shown[ndim - 1 - axis] < picture.shape[ndim - 1 - axis];
  const count = shown ? L * K * I * J : 0;
  for (const l of range(count ? L : 0)) {
    for (const k of range(K)) {
      const x = left + (k % across) * pitch.x;
      const y = 24 + (l * bands + Math.floor(k / across)) * pitch.y + head;
      const start = (l * K + k) * I * J;
      const text = (i, j) => textAt.get(positions[start + i * J + j]) ?? "?";
      const facet = createMatrix({ rows: I, cols: J, size, x, y, text, axes: [ndim > 1 ? "i" : null, ndim ? "j" : null] });
      if (ndim > 2) {
        const name = [ndim > 3 && `l = ${l}`, `k = ${k}`].filter(Boolean).join(", ");
        facet.node.append(s("text", { x: 0, y: -28, class: "wl-k", "data-at": `${l},${k}` }, name));
      }
      if (cut(0)) facet.node.append(s("text", { x: J * size + 4, y: size / 2 + 4, class: "wl-quiet" }, "⋯"));
      if (cut(1)) facet.node.append(s("text", { x: size / 2, y: I * size + 12, "text-anchor": "middle", class: "wl-quiet" }, "⋮"));
      facet.cells.forEach((node, n) => {
        const e = start + n;
        const [row, col] = [Math.floor(n / J), n % J];
        if (ghosts[e]) node.classList.add("wl-ghost");
        if (!exists(positions[e])) node.classList.add("wl-is-bad");
        set(node, { role: "img", tabindex: -1, "data-e": e, "data-lm-suppress-shortcuts": "true", "aria-label": elementLabel(e) });
        elements[e] = { node, x: x + (col + 0.5) * size, y: y + (row + 0.5) * size, row: l * I + row, col: k * J + col };
      });
      const texts = [...facet.node.querySelectorAll(":scope > text")];
      labels.push({ l, k, rows: texts.filter((t) => t.matches(".wl-i")), cols: texts.filter((t) => t.matches(".wl-j")), name: texts.find((t) => t.matches(".wl-k")) });
      parts.push(facet.node);
    }
  }
  const nothing = !shown ? "too far away to draw" : elements.length ? "" : "no elements";
  if (nothing) parts.push(s("text", { x: 4, y: 48, class: "wl-quiet wl-word" }, nothing));
  const heading = 8 * (picture.memory.length + 10);
  const edge = Math.max(heading, left + across * pitch.x - 16 + (cut(0) ? 20 : 0));

  // ---- the storage: its cells in one line, wrapped; a gap where cells are left out ----
  const runs = [];
  drawn.forEach((position, n) => (n && position - drawn[n - 1] === 1 ? runs.at(-1).push(position) : runs.push([position])));
  const most = Math.max(4, Math.min(COLUMNS + (runs.length > 1), Math.floor((width - left - 4) / size)));
  const slots = layOut(runs, most, storageSize);
  const columns = Math.max(1, ...slots.map(({ column }) => column + 1));
  const wrapped = slots.some(({ line }) => line);
  const arcs = wrapped ? 26 : 36; // room above a line of cells for the hops that land there
  const room = edge + GAP + written.width <= width ? edge + GAP : null;
  const height = written.stand(room);
  const under = room !== null && left + columns * size > edge ? height : 0;
  const foot = Math.max(0, ...elements.map(({ y }) => y)) + size / 2;
  const bottom = Math.max(under, elements.length ? 24 + L * bands * pitch.y + (cut(1) ? 12 : 0) : 64);
  const top = bottom + 36;
  const place = ({ line, column }) => ({ x: left + column * size, y: top + arcs + line * (arcs + size + 20) });
  const numbered = Math.max(...drawn.map((position) => String(position).length)) * 8 <= size; // else each run's first
  const complete = shown && picture.shape.every((n, axis) => n === shown[axis]);
  const readers = new Map();
  positions.forEach((position, e) => readers.set(position, [...(readers.get(position) ?? []), e]));
  const cells = new Map();
  parts.push(title("storage", 4, top, "storage", null, picture.memory));
  if (!slots.length) parts.push(s("text", { x: 4, y: top + 36, class: "wl-quiet wl-word" }, "no cells"));
  slots.forEach((slot, n) => {
    const { position } = slot;
    const { x, y } = place(slot);
    if (position === null) {
      const middle = slot.column < 0 ? left - 14 : x + size / 2;
      parts.push(s("text", { x: middle, y: y + size / 2 + 4, "text-anchor": "middle", class: "wl-quiet" }, "⋯"));
      return;
    }
    const real = exists(position);
    const unread = complete && !readers.has(position);
    const node = s(
      "g",
      {
        class: `wl-cell wl-store ${real ? "" : "wl-is-bad"} ${unread ? "wl-unread" : ""}`,
        transform: `translate(${x} ${y})`,
        "data-p": position,
        tabindex: -1,
        role: real ? "button" : "img",
        "aria-label": cellLabel(position),
      },
      s("rect", { x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
      s("text", { x: size / 2, y: size / 2 }, textAt.get(position)),
      s("text", { x: size / 2, y: size + 11, class: "wl-position wl-quiet" }, numbered || opens(n) ? String(position).replace("-", "−") : ""),
    );
    cells.set(position, { node, x: x + size / 2, y: y + size / 2 });
    parts.push(node);
    // Thick walls where the memory begins and ends: what lies outside is not ours.
    for (const [at, side] of [[0, 0], [storageSize - 1, size]]) {
      if (position === at && real) parts.push(s("path", { class: "wl-wall", d: `M${x + side} ${y - 4}v${size + 8}` }));
    }
  });
  const end = slots.length ? place(slots.at(-1)).y + size + 24 : top + 48;
  const farthest = Math.max(edge, left + columns * size + 8);

  const node = drawing(farthest, end, `x and its storage`, ...parts, front);
  set(node, { role: "group", class: roomy ? "wl-roomy" : null });

  function opens(n) {
    return !slots[n - 1] || slots[n - 1].position === null || slots[n - 1].line !== slots[n].line;
  }
  function title(name, x, y, word, shape, rest) {
    const colour = (axis) => ({ class: `wl-${letterOf(axis, ndim)}` });
    const sizes = (shape ?? []).flatMap((n, axis) => [axis ? ", " : "", s("tspan", colour(axis), String(n))]);
    const tail = shape ? ["(", ...sizes, shape.length === 1 ? ",)" : ")"] : [s("tspan", { class: "wl-word wl-quiet" }, rest)];
    return s("text", { x, y, class: `wl-title wl-title-${name}` }, s("tspan", { class: "wl-name" }, `${word}  `), ...tail);
  }
  function elementLabel(e) {
    const position = positions[e];
    const index = indexOf(e, shown).join(", ");
    const what = exists(position) ? `= ${textAt.get(position) ?? "?"}, reads storage cell ${position}` : `reads position ${position}, outside the storage`;
    return `x[${index}] ${what}${ghosts[e] ? ", which another element reads too" : ""}`;
  }
  function cellLabel(position) {
    if (!exists(position)) return `position ${position}: no cell of this storage`;
    const count = (readers.get(position) ?? []).length;
    return `storage cell ${position}: ${textAt.get(position)}, read by ${count} of the elements shown; Enter writes into it`;
  }

  // ---- looking: light an element or a cell and all that is tied to it ----
  let lit = [];
  const light = (node, name) => {
    if (!node) return;
    node.classList.add(name);
    lit.push([node, name]);
  };
  const pool = (group) => {
    const paths = [];
    return (wanted) => {
      wanted.forEach(({ d, name }, n) => set((paths[n] ??= group.appendChild(s("path"))), { d, class: name, visibility: "visible" }));
      for (const path of paths.slice(wanted.length)) set(path, { visibility: "hidden" });
    };
  };
  const drawThreads = pool(threads);
  const drawHops = pool(front);
  const marks = range(ndim + 1).map(() => front.appendChild(s("text", { "text-anchor": "middle" })));

  function look({ element, cell }) {
    for (const [node, name] of lit) node.classList.remove(name);
    lit = [];
    const position = element === undefined ? cell : positions[element];
    const place = cells.get(position);
    const mine = readers.get(position) ?? [];
    light(place?.node, "wl-on");
    for (const e of mine) light(elements[e].node, element === undefined || e === element ? "wl-on" : "wl-kin");
    const index = element === undefined ? null : [0, 0, 0, 0, ...indexOf(element, shown)].slice(-4);
    if (index && ndim) {
      const [l, k, i, j] = ndim > 3 ? index : ndim > 2 ? [0, ...index.slice(1)] : [0, 0, ...index.slice(2)];
      const facet = labels.find((one) => one.l === l && one.k === k);
      for (const label of [facet?.rows[i], facet?.cols[j], facet?.name]) light(label, "wl-at");
    }
    const tied = element === undefined ? mine : [element];
    drawThreads(place ? tied.map((e) => ({ d: thread(elements[e], place), name: "" })) : []);
    walk(element);
  }
  function thread(from, to) {
    const [y1, y2] = [Math.max(from.y, foot), to.y - size / 2]; // straight down behind the view, then over to the cell
    const bend = (y2 - y1) / 2;
    return `M${from.x} ${from.y}V${y1}C${from.x} ${y1 + bend} ${to.x} ${y2 - bend} ${to.x} ${y2}`;
  }

  /** Hops through the storage: to the offset, then one stride for each step of the index, axis after axis. */
  function walk(element) {
    const hops = [];
    const said = new Map();
    const hop = (from, to, letter) => {
      const [a, b] = [cells.get(from), cells.get(to)];
      if (!a || !b) return;
      const repeated = from === to ? hops.filter((one) => one.from === from && one.to === to).length : 0;
      const { d, x, y } = arc(a, b, Math.min(repeated, 2));
      hops.push({ d, name: `wl-hop wl-${letter}`, from, to });
      if (!said.has(letter)) said.set(letter, { x, y });
    };
    if (element !== undefined && cells.size) {
      const index = indexOf(element, shown);
      const at = index.map(() => 0);
      if (picture.offset) hop(0, positions[0], "offset");
      index.forEach((steps, axis) => {
        for (let step = 0; step < steps; step++) {
          const from = positions[numberOf(at, shown)];
          at[axis]++;
          hop(from, positions[numberOf(at, shown)], letterOf(axis, ndim));
        }
      });
    }
    drawHops(hops);
    const letters = [...said];
    marks.forEach((mark, n) => {
      const [letter, point] = letters[n] ?? ["", { x: 0, y: 0 }];
      mark.textContent = letter === "offset" ? "" : letter;
      set(mark, { x: point.x, y: point.y - 3, class: `wl-${letter}` });
    });
  }
  function arc(a, b, again) {
    const [y1, y2] = [a.y - size / 2 - 1, b.y - size / 2 - 1];
    const tip = `M${b.x - 4} ${y2 - 6}L${b.x} ${y2}L${b.x + 4} ${y2 - 6}`;
    if (a === b) {
      const [wide, high] = [8 + 3 * again, 18 + 5 * again];
      return { d: `M${a.x - 2} ${y1}C${a.x - wide - 4} ${y1 - high} ${a.x + wide + 4} ${y1 - high} ${a.x + 2} ${y1}`, x: a.x, y: y1 - 0.75 * high };
    }
    if (y1 === y2) {
      const high = Math.min(arcs, 20 + Math.abs(b.x - a.x) / 12);
      return { d: `M${a.x} ${y1}Q${(a.x + b.x) / 2} ${y1 - high} ${b.x} ${y2}${tip}`, x: (a.x + b.x) / 2, y: y1 - high / 2 };
    }
    const start = b.y > a.y ? a.y + size / 2 + 16 : y1; // down from under the cell's number
    const bend = b.y > a.y ? 16 : -24;
    return { d: `M${a.x} ${start}C${a.x} ${start + bend} ${b.x} ${y2 - 24} ${b.x} ${y2}${tip}`, x: a.x + 8, y: start + bend / 2 };
  }

  // ---- motion: everything comes from where its number was ----
  const glide = (node, from, to, own) => {
    const [dx, dy] = [from.x - to.x, from.y - to.y];
    if (!dx && !dy) return;
    const at = (x, y) => ({ transform: `translate(${own.x + x}px, ${own.y + y}px)` });
    node.animate?.([at(dx, dy), at(0, 0)], { duration: MOTION_MS, easing: "ease-in-out" });
  };
  const local = (node) => {
    const [x, y] = node.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
    return { x, y };
  };
  function arrive(before) {
    const copied = picture.base !== before.picture.base;
    const origins = copied ? picture.origins : positions;
    const seen = new Map();
    elements.forEach((element, e) => {
      const origin = origins?.[e];
      const rank = seen.get(origin) ?? 0;
      seen.set(origin, rank + 1);
      const old = before.readers.get(origin) ?? [];
      const from = before.elements[old[Math.min(rank, old.length - 1)]] ?? before.cells.get(origin) ?? (copied ? null : cells.get(origin));
      if (from) glide(element.node, from, element, local(element.node));
    });
    for (const [position, cell] of cells) {
      const from = copied ? elements[readers.get(position)?.[0]] : before.cells.get(position);
      if (from) glide(cell.node, from, cell, local(cell.node));
    }
  }
  function spread(position) {
    const cell = cells.get(position);
    for (const e of readers.get(position) ?? []) glide(elements[e].node.lastChild, cell, elements[e], { x: 0, y: 0 });
  }

  return {
    picture,
    node,
    size,
    elements,
    cells,
    readers,
    look,
    arrive,
    spread,
    describe: (words, walked) => {
      set(node, { "aria-label": words });
      set(front, { "aria-label": walked });
    },
  };
}
