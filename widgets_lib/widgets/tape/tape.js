import { button } from "../shared/controls.js";
import { drawing, h, prose, s, set } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const NAMES = ["it", "same", "other"];
const LEFT = 32; // room for the numbers of rows
const RIGHT = 32; // and for what stands behind the last cell
const LANE = 28; // height of a read head's name above the tape
const LETTER = 8; // width of one
const PIXEL = [6, 12]; // side of a grey level's cell: at least, at most
const CELL = [24, 36]; // and width of a text's, which long texts widen
const MOTION_MS = 240;
const RUN_MS = 700; // at most, from the first to the last call of a run
const MAX_ROWS = { grey: 40, text: 12 }; // drawn: the last ones

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
const signed = (text) => text.replace("-", "−");

/**
 * The sizes of what is drawn of these values. Cells have room for the longest text, and shrink if that shows the whole
 * tape in `width`, or else the longest row: one that was taken, or the next `take`.
 */
export function measures({ texts, grey, moments }, width, take) {
  const letters = Math.max(0, ...texts.map((text) => text.length));
  const [least, most] = grey
    ? PIXEL
    : [Math.max(CELL[0], LETTER * letters + 4), Math.max(CELL[1], LETTER * letters + 12)];
  const room = width - LEFT - RIGHT;
  const rows = [texts.length, take, ...moments.flatMap(({ spans }) => spans.map(([from, to]) => to - from))];
  const longest = Math.max(...rows.filter((length) => length && length * least <= room));
  const wide = clamp(Math.floor(room / longest), least, most);
  return grey ? { wide, high: 24, row: wide, gap: 0 } : { wide, high: 36, row: 32, gap: 8 };
}

/** How many cells have room in `width`. */
export const fitting = (width, wide, count) => clamp(Math.floor((width - LEFT - RIGHT) / wide), 3, Math.max(3, count));

/** First cell of the window on the tape: the one before if it shows the stretch from `from` to `to`, else around it. */
export function windowOn(before, from, to, fit, count) {
  const shows = before !== null && from >= before && to <= before + fit;
  const start = shows ? before : to - from < fit ? from - Math.floor((fit - (to - from)) / 3) : to - fit;
  return clamp(start, 0, Math.max(0, count - fit));
}

/**
 * The tape, its read heads, and the rows that were taken from it: { node, show(picture, at, size, room, moving),
 * promise(name, take) }. Rows stand under the tape in the order of the calls; where the tape is long, numbers are grey
 * levels. A promise is what taking so many through a name would bring, dashed.
 */
function createScene() {
  const node = s("svg", { role: "img" });
  const promised = s("g");
  let start = null; // of the window
  let shown = null; // the picture, where its heads were, and what draws a promise
  const running = [];

  function show(picture, at, size, room, moving) {
    for (const animation of running.splice(0)) animation.cancel();
    const { texts, exact, grey, moments } = picture;
    const moment = moments[at];
    const count = texts.length;
    const fit = fitting(room, size.wide, count);
    const reader = moment.heads.find((head) => head.number === moment.head) ?? moment.heads[0];
    const position = reader.position;
    start = windowOn(
      shown?.picture.texts.length === count ? start : null,
      moment.spans.length === 1 ? moment.spans[0][0] : position,
      position,
      fit,
      count,
    );
    const stop = Math.min(count, start + fit);
    const lanes = Math.max(...moments.map((one) => one.heads.length));
    const top = lanes * LANE + 8;
    const x = (index) => LEFT + (clamp(index, start - 0.5, stop + 0.5) - start) * size.wide;
    const width = LEFT + fit * size.wide + RIGHT;
    const parts = [];
    const bars = []; // what was read, on the whole tape

    // the tape
    const cell = (index, cellX, y, high, name = "") => {
      const title = s("title", {}, `values[${index}] = ${exact[index]}`);
      if (grey)
        return s(
          "rect",
          { class: "wl-ink", x: cellX, y, width: size.wide, height: high, "fill-opacity": grey[index] },
          title,
        );
      return s(
        "g",
        { class: `wl-cell ${name}`, transform: `translate(${cellX} ${y})` },
        title,
        s("rect", { x: 0.5, y: 0.5, width: size.wide - 1, height: high - 1 }),
        s("text", { x: size.wide / 2, y: high / 2 }, signed(texts[index])),
      );
    };
    const inSpan = (index) => moment.spans.some(([from, to]) => from <= index && index < to);
    if (grey)
      parts.push(
        s("path", {
          class: "wl-ruler",
          d:
            range(start, stop + 1)
              .map((index) => `M${x(index) + 0.5} ${top}v${size.high}`)
              .join("") + `M${LEFT} ${top + 0.5}H${x(stop)}M${LEFT} ${top + size.high - 0.5}H${x(stop)}`,
        }),
      );
    for (const index of range(start, stop)) {
      const state = inSpan(index) ? "wl-on" : index < position ? "wl-past" : "";
      // A cell without ink looks like nothing: its number says that a value is there.
      const bare = grey?.[index] === 0 && LETTER * texts[index].length <= size.wide;
      const number =
        bare &&
        s(
          "text",
          {
            x: x(index) + size.wide / 2,
            y: top + size.high / 2,
            "text-anchor": "middle",
            "dominant-baseline": "central",
          },
          texts[index],
        );
      const drawn = cell(index, x(index), top, size.high, state);
      parts.push(bare ? s("g", { class: state }, drawn, number) : drawn);
    }
    if (start > 0)
      parts.push(
        s(
          "text",
          {
            class: "wl-quiet",
            x: LEFT - 8,
            y: top + size.high / 2,
            "text-anchor": "end",
            "dominant-baseline": "central",
          },
          "⋯",
        ),
      );
    if (stop < count)
      parts.push(
        s("text", { class: "wl-quiet", x: x(stop) + 8, y: top + size.high / 2, "dominant-baseline": "central" }, "⋯"),
      );
    else parts.push(s("path", { class: "wl-end", d: `M${x(count) + 1} ${top - 4}v${size.high + 8}` }));

    // what the calls read: a bracket each
    let y = top + size.high + 8;
    moment.spans.forEach(([from, to], call) => {
      if (to < start || from > stop || (from === stop && to > from)) return;
      const empty = from === to;
      const [x1, x2] = empty ? [x(from) + 2, x(from) + 10] : [x(from) + 2, x(to) - 2];
      const words = empty ? "[ ]" : `${from}:${to}`;
      parts.push(s("path", { class: `wl-span ${call % 2 ? "wl-odd" : ""}`, d: `M${x1} ${y - 5}v5H${x2}v-5` }));
      if (empty || x2 - x1 >= 8 * words.length)
        parts.push(
          s(
            "text",
            {
              class: empty ? "wl-empty" : "wl-accent",
              x: empty ? x1 : (x1 + x2) / 2,
              y: y + 15,
              "text-anchor": empty ? "start" : "middle",
            },
            words,
          ),
        );
    });
    y += 32;

    // the whole of a long tape, with the window on it
    const share = (fit * size.wide) / count;
    const place = (index) => LEFT + index * share;
    const barsY = y + 32;
    const bar = (from, to, name) =>
      s("rect", { class: name, x: place(from), y: barsY, width: Math.max(1, (to - from) * share - 1), height: 4 });
    if (count > fit) {
      parts.push(s("rect", { class: "wl-whole", x: LEFT, y: y + 8, width: fit * size.wide, height: 20 }));
      if (grey)
        parts.push(
          ...range(0, count)
            .filter((index) => grey[index])
            .map((index) =>
              s("rect", {
                class: "wl-ink",
                x: place(index),
                y: y + 8,
                width: share,
                height: 20,
                "fill-opacity": grey[index],
              }),
            ),
        );
      moment.spans.forEach(
        ([from, to], call) => to > from && bars.push(bar(from, to, `wl-read ${call % 2 ? "wl-odd" : ""}`)),
      );
      parts.push(
        s("rect", { class: "wl-window", x: place(start) - 1, y: y + 6, width: (stop - start) * share + 2, height: 24 }),
      );
      parts.push(
        ...moment.heads.map((head) => s("path", { class: "wl-head", d: `M${place(head.position)} ${y + 7}l-4 -6h8z` })),
      );
      y += 52;
    }

    /** The next take framed on the tape, open where it goes on beyond the window; and all that follow it on the whole tape. */
    const draft = (from, take) => {
      const to = Math.min(count, from + take);
      const [x1, x2] = [x(Math.max(from, start)) + 0.5, x(Math.min(to, stop)) - 0.5];
      const [y1, y2] = [top - 2.5, top + size.high + 2.5];
      const frame = `M${x1} ${y1}H${x2}${to > stop ? "M" : "L"}${x2} ${y2}H${x1}${from < start ? "" : `V${y1}`}`;
      const takes =
        count > fit && take * share >= 4
          ? range(0, Math.ceil((count - from) / take)).map((nth) => from + nth * take)
          : [];
      return [
        ...takes.map((at) => bar(at, Math.min(count, at + take), "wl-promise")),
        ...(Math.max(from, start) < Math.min(to, stop) ? [s("path", { class: "wl-promise", d: frame })] : []),
      ];
    };

    // the read heads
    const heads = moment.heads.map(({ number, position: headAt, names }, lane) => {
      const label = names.join(", ");
      const long = 8 * label.length + 12;
      const high = (lanes - lane) * LANE;
      const mark = s(
        "g",
        {
          class: `wl-head ${number === moment.head ? "wl-moved" : ""}`,
          transform: `translate(${x(headAt)} ${lane * LANE + 4})`,
        },
        s("path", { d: `M0 ${high - 8}V0H${long}v20H1.5V${high - 8}l4 -2L0.75 ${high + 1}l-4.75 -11l4 2z` }),
        s("text", { x: 6 + 1, y: 10, "dominant-baseline": "central" }, label),
      );
      // A name at the right edge hangs to the left of its head.
      if (x(headAt) + long > width) {
        mark.firstChild.setAttribute(
          "d",
          `M0 ${high - 8}V0H${-long}v20H-1.5V${high - 8}l-4 -2L-0.75 ${high + 1}l4.75 -11l-4 2z`,
        );
        set(mark.lastChild, { x: -6 - 1, "text-anchor": "end" });
      }
      return { mark, number, x: x(headAt), position: headAt, names };
    });

    // the rows that were taken, and where the last moment's come from
    const lists = moments.map(({ spans, raised }) => (raised ? [] : spans)); // what raised gave nothing back
    let numbered = 0;
    const all = lists
      .slice(0, at + 1)
      .flatMap((spans, when) =>
        spans.map(([from, to]) => ({ from, to, fresh: when === at, number: from < to ? numbered++ : null })),
      );
    const most = MAX_ROWS[grey ? "grey" : "text"];
    const first = Math.max(0, all.length - most);
    const foot = y + (first ? 20 : 0);
    if (first) parts.push(s("text", { class: "wl-quiet", x: LEFT, y: y + 8 }, `⋮ ${first} more before`));
    const rows = all.slice(first).map(({ from, to, fresh, number }, nth, drawn) => {
      const rowY = foot + nth * (size.row + size.gap);
      const end = Math.min(to, from + fit);
      const cells = range(from, end).map((index) =>
        cell(index, (index - from) * size.wide, 0, size.row, fresh ? "wl-on" : ""),
      );
      const after = (words, name) =>
        s(
          "text",
          { class: name, x: (end - from) * size.wide + 8, y: size.row / 2, "dominant-baseline": "central" },
          words,
        );
      if (end < to) cells.push(after("⋯", "wl-quiet"));
      if (from === to) cells.push(after("[ ]", fresh ? "wl-empty" : "wl-quiet"));
      else if (grey)
        cells.push(
          s("path", { class: "wl-ruler", d: `M0.5 0v${size.row}M${(end - from) * size.wide - 0.5} 0v${size.row}` }),
        );
      // Pixels leave no room for a number beside every row.
      const alone = !grey || nth === 0 || nth === drawn.findLastIndex((one) => one.number !== null);
      if (number !== null && alone)
        parts.push(
          s(
            "text",
            {
              class: "wl-i",
              x: LEFT - 8,
              y: rowY + size.row / 2,
              "text-anchor": "end",
              "dominant-baseline": "central",
            },
            String(number),
          ),
        );
      return {
        group: s("g", { class: "wl-taken", transform: `translate(${LEFT} ${rowY})` }, ...cells),
        from,
        to,
        fresh,
        y: rowY,
      };
    });
    const fresh = rows.filter((row) => row.fresh);
    if (grey && fresh.length === 1 && fresh[0].from < fresh[0].to) {
      fresh[0].group.append(
        s("rect", {
          class: "wl-frame",
          x: 0,
          y: 0,
          width: Math.min(fit, fresh[0].to - fresh[0].from) * size.wide,
          height: size.row,
        }),
      );
    }

    // As high as it becomes in the last moment, so that stepping moves nothing below.
    const total = lists.flat().length;
    const height = y + (total > most ? 20 : 0) + Math.min(total, most) * (size.row + size.gap) + 8;
    const drawn = drawing(width, height, "");
    set(node, { viewBox: drawn.getAttribute("viewBox"), style: drawn.getAttribute("style") });
    set(node, {
      "aria-label": `Tape of ${count} values. ${moment.heads.map((head) => `${head.names.join(" and ")}: read head at ${head.position}`).join("; ")}.`,
    });
    node.replaceChildren(
      ...parts,
      promised,
      ...bars,
      ...heads.map(({ mark }) => mark),
      ...rows.map(({ group }) => group),
    );

    if (moving) {
      const apart = Math.min(80, RUN_MS / fresh.length);
      fresh.forEach((row, nth) => travel(row.group, x(row.from) - LEFT, top - row.y, { delay: nth * apart }));
      for (const { mark, number, x: headX } of heads) {
        const before = shown?.heads.find((head) => head.number === number);
        if (before)
          travel(mark, x(before.position) - headX, 0, { duration: Math.max(MOTION_MS, (fresh.length - 1) * apart) });
      }
    }
    shown = { picture, heads, draft };
  }

  function promise(name, take) {
    const head = shown.heads.find(({ names }) => names.includes(name));
    promised.replaceChildren(...(head && take > 0 ? shown.draft(head.position, take) : []));
  }

  /** From where it was to where it is; a row that still waits for its turn is not seen. */
  function travel(element, byX, byY, { delay = 0, duration = MOTION_MS } = {}) {
    if (!byX && !byY) return;
    const [x, y] = element
      .getAttribute("transform")
      .match(/-?[\d.]+/g)
      .map(Number);
    const from = { transform: `translate(${x + byX}px, ${y + byY}px)`, opacity: delay ? 0 : 1 };
    const frames = [from, { opacity: 1, offset: 0.1 }, { transform: `translate(${x}px, ${y}px)`, opacity: 1 }];
    const animation = element.animate?.(frames, { duration, delay, fill: "backwards", easing: "ease-out" });
    if (animation) running.push(animation);
  }

  return { node, show, promise };
}

/** The presses as at a Python prompt: { node, show(moments, at) }. */
function createTranscript() {
  const list = h("ol");
  const node = h("div", { class: "wl-transcript", tabindex: 0, role: "group", "aria-label": "transcript" }, list);
  /** Scroll to the line of the moment, the region alone and not the page. */
  function reveal() {
    const line = list.querySelector(".wl-now");
    const above = line.offsetTop - node.scrollTop;
    const below = above + line.offsetHeight - node.clientHeight;
    if (above < 0) node.scrollTop += above;
    else if (below > 0) node.scrollTop += below;
  }
  return {
    node,
    show(moments, at) {
      const lines = moments.map(({ code, result, raised }, nth) =>
        h(
          "li",
          { class: nth === at ? "wl-now" : nth > at ? "wl-later" : "", "aria-current": nth === at ? "step" : null },
          h("span", { class: "wl-quiet" }, ">>> "),
          h("code", {}, code),
          result && h("div", { class: raised ? "wl-raised" : "" }, result),
        ),
      );
      list.replaceChildren(...lines);
      reveal();
    },
    reveal,
  };
}

/** The names to press through, as radio buttons: { node, chosen(), show(available) }. */
function createNames(onchoose) {
  const group = `wl-tape-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const inputs = NAMES.map((name) => h("input", { type: "radio", name: group, value: name, onchange: onchoose }));
  const labels = NAMES.map((name, at) => h("label", {}, inputs[at], h("code", {}, name)));
  inputs[0].checked = true;
  const node = h(
    "div",
    { class: "wl-names", role: "radiogroup", "aria-label": "the name to press through" },
    h("span", {}, "through"),
    ...labels,
  );
  const chosen = () => inputs.find((input) => input.checked).value;
  return {
    node,
    chosen,
    show(available) {
      inputs.forEach((input, at) => {
        input.disabled = !available.includes(NAMES[at]);
        labels[at].hidden = input.disabled;
      });
      if (!available.includes(chosen())) inputs[0].checked = true;
    },
  };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "tape", "Iterator tape");
  const names = createNames(drawControls);
  const field = h("input", {
    type: "text",
    inputmode: "numeric",
    "aria-label": "how many to take",
    autocomplete: "off",
    maxlength: 24,
    oninput: drawControls,
    onchange: () => model.send({ take: field.value }),
  });
  const scene = createScene();
  const transcript = createTranscript();
  const board = h("div", { class: "wl-board" }, scene.node);
  let follows = true; // the last moment is shown, and the next press will be
  let shownAt = null; // the moment that is drawn; null: one is about to be
  let drawnAt = -Infinity;
  let room = null;
  let size = null; // of what is drawn

  const press = (make) => {
    const content = { press: make() };
    if (!follows) content.after = player.position();
    follows = true;
    model.send(content);
  };
  const source = () => (names.chosen() === "same" ? "it" : names.chosen());
  const codes = [
    [() => `next(${names.chosen()})`, () => ["next", names.chosen()]],
    [() => `list(islice(${names.chosen()}, ${field.value.trim()}))`, () => ["islice", names.chosen(), field.value]],
    [
      () => `list(iter(lambda: list(islice(${names.chosen()}, ${field.value.trim()})), []))`,
      () => ["until", names.chosen(), field.value],
    ],
    [() => `same = ${source()}`, () => ["same", "same", source()]],
    [() => "other = iter(values)", () => ["iter", "other"]],
  ];
  const buttons = codes.map(([, make]) => button(h("code"), () => press(make)));
  const player = createPlayer({ length: 0, onseek: show, signal: view.signal, name: "press" });
  player.node.firstChild.remove(); // its "start again" beside the widget's own, which takes the presses back
  const playing = h("fieldset", {}, player.node);
  view.controls.append(
    button("Start again", restart),
    names.node,
    h("label", {}, "take", field),
    h("div", { class: "wl-presses", role: "group", "aria-label": "code to run" }, ...buttons),
    playing,
  );
  view.stage.append(h("div", { class: "wl-bench" }, board, transcript.node));
  view.root.addEventListener("keydown", player.keys);

  function restart() {
    model.send({ restart: true });
    drawTake(); // what was typed and refused
    player.seek(0);
  }
  function drawControls() {
    codes.forEach(([code], nth) => (buttons[nth].firstChild.textContent = code()));
    if (size) scene.promise(names.chosen(), /^\s*\d+\s*$/.test(field.value) ? Number(field.value) : 0);
  }
  function show(at, { playing }) {
    if (shownAt === null) return;
    const picture = model.get("picture");
    const now = performance.now();
    const { moments } = picture;
    const moment = moments[at];
    room ??= measure();
    const forward = at === shownAt + 1 && (playing || now - drawnAt > MOTION_MS);
    size = measures(picture, room, model.get("take"));
    scene.show(picture, at, size, room, forward && !prefersReducedMotion());
    [shownAt, drawnAt] = [at, now];
    follows = at === moments.length - 1;
    transcript.show(moments, at);
    names.show(moment.heads.flatMap((head) => head.names));
    drawControls();
    view.caption.replaceChildren(
      ...prose(moment.sentence),
      ...(moment.taken ? [" ", h("span", { class: "wl-quiet" }, `Taken so far: ${moment.taken}.`)] : []),
    );
  }

  function drawPicture() {
    const last = model.get("picture").moments.length - 1;
    shownAt = null;
    playing.disabled = last === 0;
    player.setLength(last);
    // As if the new press had been stepped to, wherever the view stood: its values travel.
    shownAt = last - 1;
    drawnAt = -Infinity;
    player.seek(last);
  }
  function drawTake() {
    field.value = model.get("take");
    drawControls();
    if (size && size.wide !== measures(model.get("picture"), room, model.get("take")).wide) refit();
  }
  /** The same moment anew: there is more or less room, or another length of row to find room for. */
  function refit() {
    size = measures(model.get("picture"), room, model.get("take"));
    scene.show(model.get("picture"), player.position(), size, room, false);
    drawControls();
  }

  const unit = () => parseFloat(globalThis.getComputedStyle?.(view.root).fontSize) / 15 || 1;
  const measure = () => (board.clientWidth || 640) / unit();

  view.listen(["take"], drawTake);
  view.listen(["picture"], drawPicture);
  view.listen(["error"], () => (follows = player.position() === model.get("picture").moments.length - 1)); // a refused press
  drawTake();
  drawPicture();

  if (globalThis.ResizeObserver) {
    const observer = new ResizeObserver(() => {
      transcript.reveal(); // now that it has a height
      if (Math.abs(measure() - room) < 1) return;
      room = measure();
      refit();
    });
    observer.observe(board);
    view.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  return view.destroy;
}

export default { render };
