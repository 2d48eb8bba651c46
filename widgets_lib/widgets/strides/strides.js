import { button } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { createScene, indexOf, layOut, letterOf, numberOf } from "./scene.js";
import { createView } from "../shared/view.js";

const TRAVEL_MS = 240; // redraws closer together than this do not travel: the hand on the dial is the motion
const BESIDE = 400; // drawing units that the arithmetic needs to stand beside the view
const LISTED = 9; // readers of a cell that are named

const tuple = (parts) => [
  "(",
  ...parts.flatMap((part, n) => (n ? [", ", part] : [part])),
  parts.length === 1 ? ",)" : ")",
];
const inAxis = (letter, text) => h("span", { class: `wl-${letter}` }, String(text));
const signed = (number) => String(number).replace("-", "−");
const factor = (number) => (number < 0 ? `(${signed(number)})` : String(number));

/** A number to turn: typed, with the arrow keys, or with the buttons beside it. { node, input, show(value) }. */
function createDial({ letter, name, least = null, onturn }) {
  const input = h("input", { type: "number", step: 1, min: least, "aria-label": name, oninput: () => read() });
  const step = (by) => {
    input.value = Math.max(
      least ?? -Infinity,
      (Number.isSafeInteger(input.valueAsNumber) ? input.valueAsNumber : 0) + by,
    );
    read();
  };
  // Tab stops at the number, whose arrow keys do the same.
  const press = (text, words, by) =>
    h("button", { type: "button", tabindex: -1, "aria-label": `${name}, ${words}`, onclick: () => step(by) }, text);
  function read() {
    set(input, { style: width() });
    onturn(input.value === "" ? NaN : Number(input.value));
  }
  const width = () => `width:${Math.max(2, input.value.length) + 1}ch`;
  return {
    input,
    node: h(
      "span",
      { class: `wl-dial wl-${letter}` },
      letter.length === 1 && h("small", { "aria-hidden": "true" }, letter),
      press("−", "one less", -1),
      input,
      press("+", "one more", 1),
    ),
    show(value) {
      if (input.value !== String(value)) input.value = value;
      set(input, { style: width(), "aria-invalid": null });
    },
  };
}

/** Shape, stride and offset as dials: { node, show(picture) }; `onturn(dials)` gets them all when one is turned. */
function createDials(onturn, onproblem) {
  const node = h("div", { class: "wl-dials" });
  let dials = { shape: [], stride: [] };
  let offset;
  let values;

  function turned(read) {
    return (value) => {
      if (!Number.isSafeInteger(value)) return onproblem();
      read(value);
      onturn(values);
    };
  }
  function build(ndim) {
    const row = (name, least) =>
      Array.from({ length: ndim }, (_, axis) =>
        createDial({
          letter: letterOf(axis, ndim),
          name: `${name} of axis ${axis}`,
          least,
          onturn: turned((value) => (values[name] = values[name].with(axis, value))),
        }),
      );
    dials = { shape: row("shape", 0), stride: row("stride", null) };
    offset = createDial({
      letter: "offset",
      name: "storage offset",
      onturn: turned((value) => (values.storage_offset = value)),
    });
    const group = (name, parts) =>
      h(
        "div",
        { class: "wl-group", role: "group", "aria-label": name },
        h("span", { class: "wl-name" }, name),
        ...parts,
      );
    node.replaceChildren(
      group("shape", tuple(dials.shape.map((dial) => dial.node))),
      group("stride", tuple(dials.stride.map((dial) => dial.node))),
      group("offset", [offset.node]),
    );
  }
  return {
    node,
    show({ shape, stride, offset: start }) {
      if (!offset || shape.length !== dials.shape.length) build(shape.length);
      values = { shape: [...shape], stride: [...stride], storage_offset: start };
      for (const name of ["shape", "stride"]) dials[name].forEach((dial, axis) => dial.show(values[name][axis] ?? 0));
      offset.show(start);
    },
  };
}

/** The moves of the lesson as buttons that carry their code: { node, show(moves) }. */
function createMoves(onmove, onrestart) {
  const again = button("Start again", onrestart);
  const node = h("div", { class: "wl-moves", role: "group", "aria-label": "moves" }, again);
  const buttons = new Map();
  let moves = [];
  return {
    node,
    show(next) {
      moves = next;
      for (const move of moves) {
        if (!buttons.has(move.key)) {
          buttons.set(
            move.key,
            button("", () => onmove(moves.find((one) => one.key === move.key))),
          );
          node.insertBefore(buttons.get(move.key), again);
        }
        const one = buttons.get(move.key);
        if (one.textContent !== move.code) one.replaceChildren(h("code", {}, move.code));
        const torch = move.code === move.torch_code ? "" : `in torch: ${move.torch_code}\n`;
        set(one, { title: torch + move.reason, "aria-disabled": String(!move.picture) }); // still pressed for the reason
      }
    },
  };
}

/** The arithmetic of what is looked at: { node, show(picture, target, scene) -> the same in words }. */
function createEquation() {
  const node = h("div", { class: "wl-equation" });
  const term = (value, label, name = "") =>
    h("span", { class: `wl-term ${name}` }, h("b", {}, ...[value].flat()), h("small", {}, ...[label].flat()));
  const sign = (text) => h("span", { class: "wl-sign" }, text);
  const element = (e, { shown }) => [
    "x[",
    ...indexOf(e, shown).flatMap((i, axis) => [axis ? ", " : "", inAxis(letterOf(axis, shown.length), i)]),
    "]",
  ];
  const holds = (position, { cells, exact, storage_size: size }) => {
    if (position < 0 || position >= size)
      return [sign("✗"), h("span", { class: "wl-outside" }, "there is no such cell")];
    return [sign("→"), term(exact[cells.indexOf(position)] || "?", "holds")];
  };
  return {
    node,
    show(picture, { element: e, cell }, readers) {
      const { shown, stride, offset, positions } = picture;
      if (e !== undefined && positions.length) {
        const steps = indexOf(e, shown).map((i, axis) => {
          const letter = letterOf(axis, shown.length);
          return [sign("+"), term(`${i}·${factor(stride[axis])}`, `${letter}·stride[${axis}]`, `wl-${letter}`)];
        });
        const position = positions[e];
        node.replaceChildren(
          term(element(e, picture), "element"),
          sign("reads"),
          term(signed(offset), "offset"),
          ...steps.flat(),
          h(
            "span",
            { class: "wl-together" },
            sign("="),
            term(signed(position), "position"),
            ...holds(position, picture),
          ),
        );
      } else if (cell !== undefined) {
        const list = readers.get(cell) ?? [];
        const names = list.slice(0, LISTED).map((one) => h("code", {}, ...element(one, picture)));
        const rest = list.length > LISTED ? [h("code", {}, "…")] : [];
        node.replaceChildren(
          term(signed(cell), "cell"),
          ...holds(cell, picture),
          sign(list.length ? "read by" : "read by no element shown"),
          h("span", { class: "wl-readers" }, ...names, ...rest),
        );
      } else node.replaceChildren();
      return node.textContent;
    },
  };
}

/** What it looks like against what it takes: two bars to one scale, and what else is worth knowing. */
function createFacts() {
  const node = h("dl", { class: "wl-facts" });
  const bar = (share, parts) =>
    h(
      "span",
      { class: "wl-track", "aria-hidden": "true" },
      h(
        "span",
        { class: "wl-bar", style: `width:${100 * share}%` },
        ...Array.from({ length: share ? Math.min(parts, 12) : 0 }, () => h("i")),
      ),
    );
  return {
    node,
    show({ code, looks, allocated, stride_bytes: strideBytes, contiguous }) {
      const most = Math.max(looks?.bytes ?? 0, allocated.bytes, 1);
      const row = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];
      node.replaceChildren(
        ...row("made by", h("code", {}, code)),
        ...(looks ? row("looks like", bar(looks.bytes / most, looks.repeats), looks.text) : []),
        ...row("allocated", bar(allocated.bytes / most, 1), allocated.text),
        ...(looks
          ? [...row("byte stride", h("code", {}, strideBytes)), ...row("contiguous", contiguous ? "yes" : "no")]
          : []),
      );
    },
  };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "strides", "Stride explorer");
  const moves = createMoves(move, () => ask({ restart: true }));
  const dials = createDials(turn, () => problem("A shape, a stride and an offset are whole numbers."));
  const equation = createEquation();
  const facts = createFacts();
  const board = h("div", { class: "wl-board" });
  const side = h("div", { class: "wl-side" }, equation.node, facts.node);
  view.controls.append(moves.node, dials.node);
  const bench = h("div", { class: "wl-bench" }, board, side);
  view.stage.append(bench);
  view.root.append(
    h(
      "p",
      { class: "wl-hint wl-quiet" },
      "Point at an element or a cell. Click a storage cell and type: what reads it changes.",
    ),
  );

  const scene = createScene(view.signal);
  board.append(scene.node);
  let drawn = null; // the picture that is drawn
  let room = null; // the width there is, in drawing units
  let current = { element: 0 }; // what stays lit when the pointer leaves
  let drawnAt = -Infinity;
  let local = null; // a picture drawn here, before the kernel has said the same

  // ---- asking the kernel: one thing at a time, so that a slow one is not buried ----
  const queue = [];
  let asked = 0;
  let answered = 0;
  function ask(content) {
    if (content.dials && queue.at(-1)?.dials) queue.pop();
    queue.push(content);
    next();
  }
  function next() {
    if (asked === answered && queue.length) model.send({ ...queue.shift(), number: ++asked });
  }
  function onanswer({ done }) {
    if (done !== asked) return; // of another view of this model
    answered = asked;
    next();
    if (answered === asked) {
      local = null;
      show(model.get("picture"));
      moves.show(model.get("moves"));
    }
  }
  model.on("msg:custom", onanswer);
  view.signal.addEventListener("abort", () => model.off("msg:custom", onanswer), { once: true });

  function problem(words) {
    view.error.textContent = words;
    view.error.hidden = false;
  }
  function turn(values) {
    view.error.hidden = true;
    ask({ dials: structuredClone(values) });
  }
  function move(found) {
    if (!found.picture) {
      view.caption.replaceChildren(...prose(found.reason));
      return;
    }
    if (asked === answered && !queue.length && !local) {
      local = found.picture;
      show(local);
    }
    ask({ move: found.key });
  }

  // ---- drawing a picture ----
  const unit = () => parseFloat(globalThis.getComputedStyle?.(view.root).fontSize) / 15 || 1;
  const measure = () => (view.stage.clientWidth || 960) / unit();
  const written = {
    width: BESIDE,
    stand(start) {
      bench.classList.toggle("wl-beside", start !== null);
      side.style.setProperty("--start", `${(start ?? 0) / 15}em`);
    },
    height: () => side.offsetHeight / unit(),
  };
  function show(picture, { anew = false } = {}) {
    if (asked === answered || local === picture) dials.show(picture);
    if (drawn === picture && !anew) return;
    const before = drawn;
    const focus = board.contains(document.activeElement) ? document.activeElement.dataset : null;
    const focused = focus && (focus.e === undefined ? { cell: Number(focus.p) } : { element: Number(focus.e) });
    room ??= measure();
    current = remembered(picture, before);
    facts.show(picture);
    if (picture.positions.length) equation.show(picture, { element: picture.positions.length - 1 }); // the longest, to leave room for
    const now = performance.now();
    const moving = before !== null && !anew && now - drawnAt > TRAVEL_MS;
    drawnAt = now;
    scene.show(picture, layOut(picture, room, written), moving);
    drawn = picture;
    const message = prose(picture.message);
    view.caption.replaceChildren(...(picture.illegal ? [h("b", { class: "wl-refused" }, "✗ "), ...message] : message));
    stop(current);
    look(current);
    if (focused) nodeOf(focused.element === undefined ? { cell: nearestCell(focused.cell) } : current)?.focus();
    if (moving && justWritten(before, picture)) scene.spread(picture.written);
  }
  /** Whether a cell of the same memory now holds another number than before. */
  function justWritten(before, { base, written, cells, exact }) {
    return (
      written !== null &&
      before.base === base &&
      before.exact[before.cells.indexOf(written)] !== exact[cells.indexOf(written)]
    );
  }
  /** What is looked at in a new picture: what broke it, else the same index, else one that shows steps along each axis. */
  function remembered(picture, before) {
    if (!picture.positions.length) return { cell: picture.cells[0] };
    if (picture.bad !== null) return { element: picture.bad };
    const ndim = picture.shape.length;
    const same = before?.shape.length === ndim && before.positions.length && current.element !== undefined;
    const index = same
      ? indexOf(current.element, before.shown)
      : picture.shown.map((_, axis) => (axis === ndim - 1 ? 2 : 1));
    return {
      element: numberOf(
        index.map((i, axis) => Math.min(i, picture.shown[axis] - 1)),
        picture.shown,
      ),
    };
  }

  function look(target) {
    scene.look(target);
    scene.describe(drawn.message, equation.show(drawn, target, scene.at.readers));
  }

  // ---- pointer and keyboard ----
  const nodeOf = ({ element, cell }) =>
    element === undefined ? scene.at.cells.get(cell)?.node : scene.at.elements[element]?.node;
  const targetOf = (node) => {
    const found = node.closest?.("[data-e], [data-p]");
    if (!found) return null;
    return found.dataset.e === undefined ? { cell: Number(found.dataset.p) } : { element: Number(found.dataset.e) };
  };
  const nearestCell = (position) => (scene.at.cells.has(position) ? position : drawn.cells[0]);
  /** One tab stop among the elements, one among the cells. */
  function stop(target) {
    const position = target.element === undefined ? target.cell : drawn.positions[target.element];
    for (const node of scene.node.querySelectorAll('[tabindex="0"]')) set(node, { tabindex: -1 });
    const element = scene.at.elements[target.element ?? scene.at.readers.get(position)?.[0] ?? 0];
    for (const mark of [element, scene.at.cells.get(nearestCell(position))]) if (mark) set(mark.node, { tabindex: 0 });
  }
  function beside(target, key) {
    const along = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
    if (target.element !== undefined) {
      if (key === "Home" || key === "End") return { element: key === "Home" ? 0 : scene.at.elements.length - 1 };
      if (!along) return null;
      const { row, col } = scene.at.elements[target.element];
      const found = scene.at.elements.findIndex((one) => one.row === row + along[0] && one.col === col + along[1]);
      return { element: found < 0 ? target.element : found };
    }
    const list = drawn.cells;
    if (key === "Home" || key === "End") return { cell: list.at(key === "Home" ? 0 : -1) };
    if (!along) return null;
    const columns = along[0] ? nextRow(target.cell, along[0]) : list[list.indexOf(target.cell) + along[1]];
    return { cell: columns ?? target.cell };
  }
  /** The cell above or below, where the storage is wrapped. */
  function nextRow(position, by) {
    const { x, y } = scene.at.cells.get(position);
    const rows = [...scene.at.cells].filter(([, one]) => (one.y - y) * by > 0);
    const next = Math.min(...rows.map(([, one]) => (one.y - y) * by));
    return rows
      .filter(([, one]) => (one.y - y) * by === next)
      .sort(([, a], [, b]) => Math.abs(a.x - x) - Math.abs(b.x - x))[0]?.[0];
  }
  set(board, {
    onpointerover: (event) => {
      const target = targetOf(event.target);
      if (target) look(target);
    },
    onpointerleave: () => look(current),
    onfocusin: (event) => {
      const target = targetOf(event.target);
      if (!target) return;
      current = target;
      stop(current);
      look(current);
    },
    onclick: (event) => {
      const target = targetOf(event.target);
      if (!target) return;
      nodeOf(target).focus();
      if (target.cell !== undefined) edit(target.cell);
    },
    onkeydown: (event) => {
      const target = targetOf(event.target);
      if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = beside(target, event.key);
      const typed = event.key.length === 1 && /[-\d.]/.test(event.key) ? event.key : null;
      if (next) nodeOf(next).focus();
      else if (target.cell !== undefined && (event.key === "Enter" || event.key === " " || typed))
        edit(target.cell, typed);
      else return;
      event.preventDefault();
    },
  });

  /** Type into one storage cell. */
  function edit(position, typed) {
    if (position < 0 || position >= drawn.storage_size) return;
    const held = drawn.exact[drawn.cells.indexOf(position)];
    const { x, y, size } = scene.at.cells.get(position);
    const length = (n) => `${n / 15}em`;
    let open = true;
    const close = (save) => {
      if (!open) return;
      open = false;
      const text = input.value.trim();
      input.remove();
      if (save && text && text !== held) ask({ write: position, text });
    };
    const input = h("input", {
      type: "text",
      class: "wl-edit",
      autocomplete: "off",
      "aria-label": `new number for storage cell ${position}`,
      onblur: () => close(true),
      onkeydown: (event) => {
        event.stopPropagation();
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        close(event.key === "Enter");
        scene.at.cells.get(position)?.node.focus();
      },
    });
    const frame = h(
      "span",
      {
        class: "wl-edit-frame",
        style: `left:${length(x)};top:${length(y)};width:${length(size)};height:${length(size)}`,
      },
      input,
    );
    board.querySelector(".wl-edit-frame")?.remove();
    board.append(frame);
    input.value = typed ?? held;
    input.focus();
    if (!typed) input.select();
  }

  view.listen(["picture"], () => {
    if (!local || asked === answered) show(model.get("picture"));
  });
  view.listen(["moves"], () => moves.show(model.get("moves")));
  show(model.get("picture"));
  moves.show(model.get("moves"));
  if (globalThis.ResizeObserver) {
    const observer = new ResizeObserver(() => {
      if (Math.abs(measure() - room) < 1) return;
      room = measure();
      show(drawn, { anew: true });
    });
    observer.observe(view.stage);
    view.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  return view.destroy;
}

export default { render };
