import { slider } from "../shared/controls.js";
import { drawing, h, prose, s, set } from "../shared/dom.js";
import { createMatrix } from "../shared/matrix.js";
import { createPlayer } from "../shared/player.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const OPENING = 0.3; // share of the work that is done when the widget opens: enough to see the order
const MOTION_MS = 240;
const AXIS_OF_SIZE = { m: "i", n: "j", K: "k" };

const range = (length) => Array.from({ length }, (_, index) => index);
/** The indices that take part along an axis: one, or all where the strategy does not loop over it. */
const span = (index, length) => (index === null ? range(length) : [index]);
/** A number as a cell has room for it, from the text of its exact value. */
const short = (text, exact) =>
  (exact || !Number.isFinite(Number(text))
    ? text
    : String(Number(Number(text).toPrecision(Math.abs(text) < 1 ? 2 : 3)))
  ).replace("-", "−");
const each = (list, f) => list.map((entry) => (Array.isArray(entry) ? each(entry, f) : f(entry)));
const factor = (text) => (text.startsWith("−") ? `(${text})` : text);
/** a[1, 2] with its indices in the colours of their axes: item("a", ["i", 1], ["k", 2]). */
const item = (name, first, second) => [`${name}[`, axis(...first), ", ", axis(...second), "]"];
const axis = (letter, text) => h("span", { class: `wl-${letter}` }, String(text));

/**
 * The strategies to choose from, each with the steps Python takes: { node, show(key, totals) }.
 * Radio buttons, so that arrow keys choose while the group has the focus.
 */
function createChoice(strategies, onchoose) {
  const group = `wl-stepper-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const options = strategies.map(({ key }) => {
    const input = h("input", { type: "radio", name: group, value: key, onchange: () => onchoose(key) });
    const total = h("output", {});
    const bar = h("i", { "aria-hidden": "true" });
    return { key, input, total, bar, node: h("label", { class: "wl-option" }, input, key, total, bar) };
  });
  const node = h(
    "div",
    { class: "wl-choice", role: "radiogroup", "aria-label": "loop strategy, with the steps Python takes" },
    h("span", { class: "wl-quiet", "aria-hidden": "true" }, "Python’s steps"),
    ...options.map((option) => option.node),
  );
  return {
    node,
    show(key, totals) {
      const most = Math.max(...Object.values(totals));
      for (const option of options) {
        option.input.checked = option.key === key;
        option.total.textContent = totals[option.key];
        option.bar.style.width = `${(100 * totals[option.key]) / most}%`;
      }
    },
  };
}

/** The code with its loop variables' values beside it: { node, build(lines), show(ran, values) }. */
function createCode() {
  const node = h("pre", { class: "wl-code" });
  let rows = [];
  const coloured = (line) => {
    const [, indent, rest] = line.match(/^( *)(.*)$/);
    const parts = rest
      .split(/\b([ijkmnK])\b/)
      .map((part, at) => (at % 2 ? axis(AXIS_OF_SIZE[part] ?? part, part) : part));
    return [h("span", { class: "wl-indent" }, indent), ...parts];
  };
  return {
    node,
    build(lines, sizes) {
      rows = lines.map((line) => {
        const loop = line.match(/for ([ijk]) in/)?.[1];
        const value = h("span", { class: `wl-value ${loop ? `wl-${loop}` : ""}` });
        if (line.includes(".shape"))
          value.append(
            ...Object.entries(sizes).flatMap(([name, size]) => [axis(AXIS_OF_SIZE[name], `${name} = ${size}`), "  "]),
          );
        return { loop, value, node: h("code", { class: "wl-line" }, h("span", {}, ...coloured(line)), value) };
      });
      node.replaceChildren(...rows.map((row) => row.node));
    },
    /** `ran`: the lines of this moment, the one that computes last. */
    show(ran, values) {
      rows.forEach((row, line) => {
        row.node.classList.toggle("wl-ran", ran.includes(line));
        row.node.classList.toggle("wl-now", line === ran.at(-1));
        if (row.loop) row.value.textContent = values ? `${row.loop} = ${values[row.loop]}` : "";
      });
    },
  };
}

/**
 * Cells of a matrix that the pointer and the keyboard can look at: one Tab stop, arrows move within.
 * `onlook([i, j])` where the pointer or else the focus is; `onlook(null)` when both left.
 */
function makeCellsReachable(matrix, onlook) {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  let stop = matrix.cells[0]; // the cell that Tab reaches
  let focused = null;
  const place = (target) => {
    const cell = target.closest(".wl-cell");
    return cell ? [Number(cell.dataset.i), Number(cell.dataset.j)] : focused;
  };
  for (const cell of matrix.cells)
    set(cell, { tabindex: cell === stop ? 0 : -1, role: "img", "data-lm-suppress-shortcuts": "true" });
  set(matrix.node, {
    tabindex: -1, // an SVG element that listens to focus is a Tab stop of its own in Chromium
    "data-lm-suppress-shortcuts": "true",
    onpointerover: (event) => onlook(place(event.target)),
    onpointerleave: () => onlook(focused),
    onfocusin: (event) => {
      const cell = event.target.closest(".wl-cell");
      if (!cell) return; // a click between the cells
      set(stop, { tabindex: -1 });
      stop = set(cell, { tabindex: 0 });
      focused = place(stop);
      onlook(focused);
    },
    onfocusout: () => onlook((focused = null)),
    onkeydown: (event) => {
      const move = moves[event.key];
      if (!move || !focused || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // else the player steps
      const next = matrix.cells.find(
        (cell) => cell.dataset.i == focused[0] + move[0] && cell.dataset.j == focused[1] + move[1],
      );
      next?.focus();
    },
  });
}

/** Numbers on their way: { node, travel(letter, text, from, to), arrive(element), stop() }; places are cells' corners. */
function createMotion(size) {
  const node = s("g", { "aria-hidden": "true" });
  const chips = []; // made when first needed
  let used = 0;
  let running = [];
  const chipOf = (index) =>
    (chips[index] ??= node.appendChild(
      s("g", {}, s("rect", { x: 4 - size / 2, y: 6 - size / 2, width: size - 8, height: size - 12, rx: 3 }), s("text")),
    ));
  const run = (element, frames, easing) => running.push(element.animate(frames, { duration: MOTION_MS, easing }));
  return {
    node,
    travel(letter, text, ...places) {
      const chip = set(chipOf(used++), { class: `wl-chip wl-chip-${letter}` });
      chip.lastChild.textContent = text;
      const [from, to] = places.map(([x, y]) => `translate(${x + size / 2}px, ${y + size / 2}px)`);
      run(
        chip,
        [
          { transform: from, opacity: 1 },
          { transform: to, opacity: 1, offset: 0.8 },
          { transform: to, opacity: 0 },
        ],
        "ease-in-out",
      );
    },
    arrive: (element) => run(element, [{ opacity: 0 }, { opacity: 0, offset: 0.75 }, { opacity: 1 }], "linear"),
    stop() {
      for (const animation of running) animation.cancel();
      running = [];
      used = 0;
    },
  };
}

/**
 * A left, B above, C in the corner, and under each cell of C as many marks as products it takes.
 *
 * show(moment, held, moving)   light the moment's cells; held[i][j] is how many products c[i, j] holds; `moving` sends
 *                              the factors from where they stand to the cells of C they make
 * look(cell)                   frame the row of A, the column of B and the cell c[i, j]; null takes the frames away
 * `exactly` holds the exact texts { a, b, sums } where those to be drawn are rounded; a cell shows its own on hover.
 * `onlook`: see makeCellsReachable.
 */
function createScene({ a, b, sums, exactly, m, k, n, size, onlook }) {
  const gap = 36;
  const left = 24;
  const top = 48;
  const ax = left;
  const cx = left + k * size + gap;
  const by = top;
  const cy = top + k * size + gap;
  const A = createMatrix({ rows: m, cols: k, size, x: ax, y: cy, axes: ["i", "k"], text: (i, c) => a[i][c] });
  const B = createMatrix({ rows: k, cols: n, size, x: cx, y: by, axes: ["k", "j"], text: (r, j) => b[r][j] });
  const C = createMatrix({ rows: m, cols: n, size, x: cx, y: cy, axes: ["i", "j"] });
  const title = (name, shape, x, y) => s("text", { x, y }, name, s("tspan", { class: "wl-quiet", dx: 8 }, shape));
  const titles = [
    title("A", `(${m}, ${k})`, ax, cy - 28),
    title("B", `(${k}, ${n})`, cx, by - 28),
    title("C", `(${m}, ${n})`, cx, cy + m * size + 20),
  ];

  const pipWidth = Math.floor((size - 8 + 1) / k) - 1;
  const inset = Math.floor((size - k * (pipWidth + 1) + 1) / 2);
  const pips = range(m).map((i) =>
    range(n).map((j) =>
      range(k).map((t) =>
        s("rect", {
          class: "wl-pip",
          x: cx + j * size + inset + t * (pipWidth + 1),
          y: cy + (i + 1) * size - 8,
          width: pipWidth,
          height: 4,
        }),
      ),
    ),
  );
  for (const cell of C.cells) set(cell.lastChild, { y: size / 2 - 3 });
  const hint = (cell, text) =>
    (cell.querySelector("title") ?? cell.insertBefore(s("title"), cell.firstChild)).replaceChildren(text);
  if (exactly)
    for (const [matrix, texts] of [
      [A, exactly.a],
      [B, exactly.b],
    ])
      for (const cell of matrix.cells) hint(cell, texts[cell.dataset.i][cell.dataset.j]);

  const frame = (letter) => s("rect", { class: `wl-frame wl-${letter}`, rx: 3, visibility: "hidden" });
  const frames = { row: frame("i"), column: frame("j"), cell: frame("ink") };
  const motion = createMotion(size);
  const picture = s("g", { role: "img" }, ...titles, A.node, B.node);
  const node = drawing(
    cx + Math.max(n * size + 4, 72),
    cy + m * size + 28,
    "",
    picture,
    C.node,
    ...pips.flat(2),
    ...Object.values(frames),
    motion.node,
  );
  // The picture of A and B is one image; the cells of C are each a thing to stand on.
  set(node, { role: "group", "aria-label": "A times B is C" });
  set(C.node, { role: "group", "aria-label": "C" });

  makeCellsReachable(C, onlook);

  const labels = [A, B, C].flatMap(({ node }) =>
    ["i", "j", "k"].flatMap((letter) =>
      [...node.querySelectorAll(`text.wl-${letter}`)].map((label, index) => ({ label, letter, index })),
    ),
  );
  const shown = range(m).map(() => range(n).fill(-1));

  function show(moment, held, moving) {
    for (const matrix of [A, B, C]) for (const mark of ["on-i", "on-j", "on"]) matrix.unmark(mark);
    const at = moment ? { i: moment[0], j: moment[1], k: moment[2] } : null;
    for (const { label, letter, index } of labels)
      label.classList.toggle("wl-at", at !== null && (at[letter] ?? index) === index);
    const made = [];
    if (at) {
      for (const t of span(at.k, k)) {
        for (const i of span(at.i, m)) A.mark(i, t, "on-i");
        for (const j of span(at.j, n)) B.mark(t, j, "on-j");
      }
      for (const i of span(at.i, m)) for (const j of span(at.j, n)) made.push([i, j]);
      for (const [i, j] of made) C.mark(i, j, "on");
    }
    for (const i of range(m)) for (const j of range(n)) if (shown[i][j] !== held[i][j]) fill(i, j, held[i][j]);
    motion.stop();
    if (moving && at) fly(span(at.i, m), span(at.j, n), span(at.k, k));
  }
  function fill(i, j, count) {
    const before = shown[i][j];
    shown[i][j] = count;
    C.write(i, j, sums[i][j][count]);
    const cell = C.at(i, j);
    if (exactly) hint(cell, exactly.sums[i][j][count]);
    cell.classList.toggle("wl-ghost", count === 0);
    cell.classList.toggle("wl-full", count === k);
    set(cell, { "aria-label": `c[${i}, ${j}] = ${sums[i][j][count]}, ${count} of ${k} products` });
    for (let t = Math.min(Math.max(before, 0), count); t < Math.max(before, count); t++)
      pips[i][j][t].classList.toggle("wl-held", t < count);
  }

  /** Each factor goes to the cell of C it helps to make; where they are many, along all of them. */
  function fly(rows, columns, terms) {
    for (const t of terms) {
      for (const i of rows)
        motion.travel("i", a[i][t], [ax + t * size, cy + i * size], [cx + columns.at(-1) * size, cy + i * size]);
      for (const j of columns)
        motion.travel("j", b[t][j], [cx + j * size, by + t * size], [cx + j * size, cy + rows.at(-1) * size]);
    }
    for (const i of rows) for (const j of columns) motion.arrive(C.at(i, j).lastChild);
  }

  return {
    node,
    show,
    describe: (words) => set(picture, { "aria-label": words }),
    look(cell) {
      const [i, j] = cell ?? [0, 0];
      const around = (rect, x, y, width, height) =>
        set(rect, {
          x: x - 2,
          y: y - 2,
          width: width + 4,
          height: height + 4,
          visibility: cell ? "visible" : "hidden",
        });
      around(frames.row, ax, cy + i * size, k * size, size);
      around(frames.column, cx + j * size, by, size, k * size);
      around(frames.cell, cx + j * size, cy + i * size, size, size);
    },
  };
}

/**
 * The moment written out, one equation for each cell of C it makes: { node, build(moment, numbers, sizes), show(moment) };
 * `show` returns its words.
 * A strategy's moments make equally many cells, so that the equations stand still and only their numbers change.
 */
function createEquations() {
  const zero = h("p", {}, "C is all zeros.");
  const node = h("div", { class: "wl-equations" });
  let rows = [];
  let numbers;
  let sizes;

  function build(moment, given, { m, k, n }) {
    [numbers, sizes] = [given, { m, k, n }];
    const [i, j, t] = moment;
    const plane = i === null;
    const columns = plane ? n : 1;
    set(node, { style: `--columns: ${columns}; --rows: ${plane ? m : j === null ? n : 1}` });
    rows = range((plane ? m : 1) * (j === null ? n : 1)).map(() => {
      const target = item("c", ["i", ""], ["j", ""]);
      const factors = [
        t === null ? " = " : " += ",
        ...item("a", ["i", ""], ["k", ""]),
        " · ",
        ...item("b", ["k", ""], ["j", ""]),
      ];
      const name = h("span", {}, ...target, ...(plane ? [] : factors), ": ");
      const terms = h("span");
      const result = h("b");
      const indices = ["i", "j", "k"].map((letter) => [...name.querySelectorAll(`.wl-${letter}`)]);
      return { indices, terms, result, node: h("p", {}, name, h("span", {}, terms, result), " ") };
    });
    node.replaceChildren(zero, ...rows.map((row) => row.node));
  }

  function show(moment) {
    zero.hidden = moment !== null;
    for (const row of rows) row.node.hidden = moment === null;
    if (!moment) return zero.textContent;
    const { a, b, sums, sign } = numbers;
    const { m, k, n } = sizes;
    const t = moment[2];
    const cells = span(moment[0], m).flatMap((i) => span(moment[1], n).map((j) => [i, j]));
    cells.forEach(([i, j], at) => {
      const row = rows[at];
      [i, j, t ?? ":"].forEach((value, letter) =>
        row.indices[letter].forEach((index) => (index.textContent = String(value))),
      );
      const made = span(t, k).map((at) => `${factor(a[i][at])}·${factor(b[at][j])}`);
      row.terms.textContent = [...(t === null ? [] : [sums[i][j][t]]), ...made].join(" + ") + sign;
      row.result.textContent = sums[i][j][t === null ? k : t + 1];
    });
    return rows.map((row) => row.node.textContent).join("");
  }
  return { node, build, show };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "stepper", "Loop stepper");
  const get = (name) => model.get(name);

  const player = createPlayer({ length: 1, onseek: draw, signal: view.signal, name: "Python step" });
  const choice = createChoice(get("strategies"), (strategy) => view.save({ strategy }));
  const sizes = {
    m: sizeSlider("m", "m", "rows of A"),
    k: sizeSlider("k", "K", "columns of A, rows of B"),
    n: sizeSlider("n", "n", "columns of B"),
  };
  const code = createCode();
  const counts = h("p", { class: "wl-counts" });
  const equations = createEquations();
  const bench = h("div", { class: "wl-bench" });
  const side = h("div", { class: "wl-side" }, code.node, counts);
  view.controls.append(
    choice.node,
    h("div", { class: "wl-sizes" }, ...Object.values(sizes).map((one) => one.node)),
    player.node,
  );
  view.stage.append(bench, equations.node);
  view.root.addEventListener("keydown", player.keys);

  let numbers; // { a, b, products, sums, sign } as they are drawn
  let scene;
  let strategy;
  let moments = [];
  let looked = null; // the cell of C that is looked at
  let drawn = { at: -1, time: 0 };

  function sizeSlider(name, text, words) {
    const most = name === "n" ? get("b")[0].length : name === "m" ? get("a").length : get("b").length;
    const label = h("b", { class: `wl-mono wl-${AXIS_OF_SIZE[text]}` }, text);
    return slider({
      label,
      name: `${text}, ${words}`,
      values: range(most).map((index) => index + 1),
      value: get(name),
      oninput: (size) => view.save({ [name]: size }),
    });
  }

  /** The corner of A and B that is shown; a size the kernel refuses is cut to what there is. */
  function corner() {
    const within = (size, length) => Math.max(1, Math.min(size, length));
    return {
      m: within(get("m"), get("a").length),
      k: within(get("k"), get("b").length),
      n: within(get("n"), get("b")[0].length),
    };
  }

  function build() {
    const { m, k, n } = corner();
    const inside = ([i, j, t]) => i < m && j < n && t < k; // null, the whole axis, counts as 0 here
    const all = Object.fromEntries(get("strategies").map((one) => [one.key, one.moments.filter(inside)]));
    const opening = !strategy;
    const share = opening ? OPENING : player.position() / moments.length;
    strategy = get("strategies").find(({ key }) => key === get("strategy"));
    moments = all[strategy.key];
    const exact = { a: get("a"), b: get("b"), products: get("products"), sums: get("sums") };
    numbers = Object.fromEntries(
      Object.entries(exact).map(([name, texts]) => [name, each(texts, (text) => short(text, get("exact")))]),
    );
    numbers.sign = get("exact") ? " = " : " ≈ ";
    const longest = Math.max(...[numbers.a, numbers.b, numbers.sums].flat(3).map((text) => text.length));
    const size = Math.max(36, 4 * Math.ceil((longest * 8 + 8) / 4));
    looked = null;
    scene = createScene({ ...numbers, exactly: get("exact") ? null : exact, m, k, n, size, onlook });
    bench.replaceChildren(scene.node, side);
    equations.build(moments[0], numbers, { m, k, n });
    code.build(strategy.code, { m, K: k, n });
    choice.show(strategy.key, Object.fromEntries(Object.entries(all).map(([key, list]) => [key, list.length])));
    for (const [name, one] of Object.entries(sizes)) one.show(corner()[name]);
    drawn.at = -1;
    player.setLength(moments.length);
    player.seek(Math.max(opening ? 1 : 0, Math.round(share * moments.length)));
    drawCaption();
  }

  function draw(at) {
    const { m, k, n } = corner();
    const held = range(m).map(() => range(n).fill(0));
    for (const [i, j, t] of moments.slice(0, at))
      for (const row of span(i, m)) for (const column of span(j, n)) held[row][column] += t === null ? k : 1;
    const products = held.flat().reduce((sum, count) => sum + count, 0);
    const moment = at > 0 ? moments[at - 1] : null;
    const now = performance.now();
    scene.show(moment, held, at === drawn.at + 1 && now - drawn.time > MOTION_MS && !prefersReducedMotion());
    drawn = { at, time: now };
    const lines = moment ? moment[3] : [strategy.code.findIndex((line) => line.startsWith("c = "))];
    code.show(lines, moment && { i: moment[0], j: moment[1], k: moment[2] });
    counts.replaceChildren(
      h("b", {}, String(at)),
      ` of ${moments.length} steps by Python, `,
      h("b", {}, String(products)),
      ` of ${m * k * n} products`,
    );
    scene.describe(`After step ${at} of ${moments.length}: ${equations.show(moment)}`);
  }

  function onlook(cell) {
    looked = cell;
    scene.look(cell);
    drawCaption();
  }

  function drawCaption() {
    if (!looked) {
      view.caption.replaceChildren(...prose(strategy.summary));
      return;
    }
    const [i, j] = looked;
    const { a, b, products, sums, sign } = numbers;
    const { k } = corner();
    const made = range(k).map((t) => `${factor(a[i][t])}·${factor(b[t][j])}`);
    view.caption.replaceChildren(
      h("code", {}, ...item("c", ["i", i], ["j", j])),
      " is ",
      axis("i", `row ${i} of A`),
      " times ",
      axis("j", `column ${j} of B`),
      ": ",
      h(
        "code",
        {},
        made.join(" + "),
        sign,
        products[i][j].slice(0, k).map(factor).join(" + "),
        sign,
        h("b", {}, sums[i][j][k]),
      ),
      ".",
    );
  }

  view.listen(["strategy", "m", "k", "n", "a", "b", "products", "sums", "exact", "strategies"], build);
  build();
  return view.destroy;
}

export default { render };
