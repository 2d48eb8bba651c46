import { button, dropdown } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createCards, grouped, short } from "./cards.js";
import { createSquare, createStreamPlot } from "./plots.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const OPENING = 4; // draws already made: enough for a pair and a triple
const MOTION_MS = 240;
const MANY = 1000; // of more draws than this, all are made at first, and playing takes a hundredth of them at a time
const SIZES = [50, 500, 10_000];
const ARRAYS = { f8: Float64Array, i4: Int32Array, u1: Uint8Array };

/** The arrays in `draws`, by name. Copied, for a message's bytes need not lie where doubles may. */
function unpack(layout, view) {
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  return Object.fromEntries(
    layout.map(({ name, kind, offset, length }) => [name, new ARRAYS[kind](bytes, offset, length)]),
  );
}

/** The seed and the first state as fields: { node, show(picture, seed, state) }. What is not what is drawn is marked, and stays. */
function createStart({ onseed, onstate, onrestart }) {
  const seed = h("input", {
    type: "text",
    class: "wl-seed",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    onchange: () => onseed(seed.value),
  });
  const fields = h("span", { class: "wl-fields" });
  const group = h(
    "span",
    { class: "wl-state", role: "group", "aria-label": "first state" },
    h("span", { "aria-hidden": "true" }, "first state"),
    fields,
  );
  const node = h(
    "div",
    { class: "wl-start" },
    h("label", {}, "seed", seed),
    group,
    button("Start again", onrestart, { "aria-label": "Start again with the first settings" }),
  );
  let inputs = [];
  return {
    node,
    show({ seed: drawnSeed, start, state_ranges: ranges }, typed, state) {
      if (inputs.length !== start.length) {
        const commit = () => onstate(inputs.map((input) => input.value));
        inputs = start.map((_, at) =>
          h("input", { type: "text", inputmode: "numeric", autocomplete: "off", onchange: commit }),
        );
        fields.replaceChildren(...inputs);
      }
      inputs.forEach((input, at) => {
        set(input, {
          "aria-label": `component ${at + 1} of the first state, ${ranges[at]}`,
          title: ranges[at],
          style: `width:${3.5 + ranges[at].split(" ").at(-1).replaceAll(",", "").length}ch`,
        });
        input.value = state[at] ?? "";
        set(input, { "aria-invalid": input.value !== String(start[at]) && "true" });
      });
      seed.value = typed;
      set(seed, { "aria-invalid": typed !== drawnSeed && "true" });
    },
  };
}

/** A generator's pairs, triples and figures: { node, fields }. */
function createPortrait({ portrait, values, planes, n, reach, side, onlook, onseek }) {
  const { title, rules, facts, pattern } = portrait;
  const shared = { n, side, onlook, onseek };
  const pairs = createSquare({
    ...{
      ...shared,
      title: ["pairs: ", h("code", {}, "xₙ₊₁"), " over ", h("code", {}, "xₙ")],
      axis: "xₙ",
      across: values,
      up: values.subarray(1),
    },
    ...{
      range: [0, 1],
      ticks: [0, 1],
      first: 2,
      count: reach - 1,
      label: `${title}: each draw over the one before. ${pattern}`,
    },
  });
  const triples = createSquare({
    ...{ ...shared, title: ["triples: ", h("code", {}, "9xₙ − 6xₙ₊₁ + xₙ₊₂")], axis: "xₙ", across: values, up: planes },
    ...{
      range: [-6, 10],
      ticks: [-6, 0, 10],
      first: 3,
      count: reach - 2,
      label: `${title}: 9 times a draw minus 6 times the next plus the third, over the first. ${pattern}`,
    },
  });
  const list = facts.flatMap(({ name, text, exact, even }) => [
    h("dt", {}, name),
    h(
      "dd",
      {},
      h("span", { class: "wl-mono", title: exact || null }, text),
      even && h("span", { class: "wl-quiet" }, ` (${even} if evenly spread)`),
    ),
  ]);
  const node = h(
    "div",
    { class: "wl-portrait", role: "group", "aria-label": title },
    h("p", { class: "wl-title" }, h("b", {}, title), ...rules.map((rule) => h("code", { class: "wl-quiet" }, rule))),
    h("div", { class: "wl-squares" }, pairs.node, triples.node),
    h("p", { class: "wl-pattern" }, pattern),
    h("dl", {}, ...list),
  );
  return { node, fields: [pairs, triples] };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "stream", "Random stream");
  const get = (name) => model.get(name);

  const start = createStart({
    onseed: (seed) => view.save({ seed }),
    onstate: (state) => view.save({ state }),
    onrestart: () => {
      model.send({ restart: true });
      player.seek(opening());
    },
  });
  const kinds = get("generators").map(({ key, title }) => ({ value: key, text: title }));
  const generator = dropdown("generator", kinds, get("generator"), (chosen) => view.save({ generator: chosen }));
  const compareWith = dropdown("compare with", [{ value: "", text: "none" }, ...kinds], get("compare_with"), (chosen) =>
    view.save({ compare_with: chosen }),
  );
  const size = dropdown(
    "draws",
    SIZES.map((n) => ({ value: String(n), text: grouped(n) })),
    "",
    (n) => view.save({ n: Number(n) }),
  );
  const variant = h("input", { type: "checkbox", onchange: () => view.save({ divide_by_period: variant.checked }) });
  const variantLabel = h("label", {}, variant, "divide by the periods");
  const player = createPlayer({ length: 1, onseek, signal: view.signal, name: "draw" });
  const scrub = player.node.querySelector("input");
  view.controls.append(start.node, generator.node, compareWith.node, size.node, variantLabel, player.node);
  view.root.addEventListener("keydown", player.keys);

  const cardsHome = h("div");
  const readout = h("p", { class: "wl-readout" });
  const plotHome = h("div");
  const legend = h("p", { class: "wl-legend wl-quiet" });
  const portraits = h("div", { class: "wl-portraits" });
  view.stage.append(cardsHome, plotHome, readout, legend, portraits);

  let picture;
  let buffer;
  let arrays;
  let cards;
  let plot;
  let fields = []; // everything that shows the draws as dots
  let room = 0;
  let looked = null; // the draw that is pointed at
  let bin = null; // the bar that is pointed at
  let drawn = { at: -1, time: 0 };
  let frame = null;
  let skipping = false;

  // ---- controls ----

  function drawControls() {
    generator.select.value = get("generator");
    compareWith.select.value = get("compare_with");
    const { n, variant: possible } = get("picture");
    if (![...size.select.options].some((option) => option.value === String(n)))
      size.select.append(h("option", { value: n }, grouped(n)));
    size.select.value = String(n);
    variant.checked = get("divide_by_period");
    variant.disabled = !possible;
    set(variantLabel, {
      class: possible ? null : "wl-quiet",
      title: possible
        ? "the components over 30268, 30306 and 30322 in place of the moduli"
        : "a variant of Wichmann–Hill only",
    });
  }
  function drawStart() {
    start.show(get("picture"), get("seed"), get("state"));
  }

  // ---- the picture ----

  function drawPicture() {
    if (picture === get("picture") && buffer === get("draws")) return; // both changed at once, and one was heard before
    const before = picture;
    picture = get("picture");
    buffer = get("draws");
    arrays = unpack(picture.layout, buffer);
    drawStart();
    drawControls();
    cards = createCards(picture.components);
    cardsHome.replaceChildren(cards.node);
    view.caption.replaceChildren(...prose(picture.message));
    looked = bin = null;
    buildPlots();
    const at = before?.n === picture.n ? Math.max(1, player.position()) : opening();
    drawn.at = -1;
    player.setLength(picture.n);
    player.seek(at);
  }

  const opening = () => (picture.n > MANY ? picture.n : OPENING);
  const unit = () => parseFloat(globalThis.getComputedStyle?.(view.root).fontSize) / 15 || 1;
  const measure = () => (view.stage.clientWidth || 900) / unit();
  function buildPlots() {
    room = measure();
    const { n, reach, counts, edges, expected, main, other } = picture;
    const pointing = { onlook, onseek: (draw) => player.seek(Math.min(draw, n)) };
    plot = createStreamPlot({
      n,
      counts,
      edges,
      expected,
      room,
      values: arrays.values,
      bins: arrays.bins,
      ...pointing,
      onbin,
    });
    plotHome.replaceChildren(plot.node);
    const wide = other && room >= 760; // two portraits abreast
    const across = wide ? (room - 40) / 2 : room;
    const side = Math.floor(Math.min(across < 420 ? across : (across - 16) / 2, 280));
    const shared = { n, reach, side, ...pointing };
    const built = [createPortrait({ portrait: main, values: arrays.values, planes: arrays.planes, ...shared })];
    if (other)
      built.push(
        createPortrait({ portrait: other, values: arrays.other_values, planes: arrays.other_planes, ...shared }),
      );
    legend.textContent = `Strong: the draws so far. Faint: those to come, up to draw ${grouped(reach)}.`;
    portraits.classList.toggle("wl-abreast", Boolean(wide));
    portraits.replaceChildren(...built.map((one) => one.node));
    fields = [plot, ...built.flatMap((one) => one.fields)];
    for (const field of fields) field.anew();
  }

  /** Draw the moment after `at` draws. */
  function onseek(at, { playing }) {
    if (!picture) return;
    if (playing && picture.n > MANY && !skipping && at === drawn.at + 1) {
      skipping = true; // the player asks for one draw; a hundredth of them follow
      player.seek(Math.min(picture.n, drawn.at + picture.n / 100), false);
      skipping = false;
      return;
    }
    const now = performance.now();
    const step =
      now - drawn.time > MOTION_MS && !prefersReducedMotion() && drawn.at >= 0 && Math.abs(at - drawn.at) === 1
        ? at - drawn.at
        : 0;
    drawn = { at, time: now };
    cards.show(moment(at), step);
    view.root.classList.toggle("wl-moving", step !== 0);
    for (const field of fields) field.show(at);
    mark();
    set(scrub, { "aria-valuetext": `draw ${at} of ${picture.n}${at ? `: ${arrays.values[at - 1]}` : ""}` });
    frame ??= globalThis.requestAnimationFrame ? requestAnimationFrame(paint) : paint();
    if (step === 1) fly(at);
  }
  function paint() {
    frame = null;
    for (const field of fields) field.paint();
  }
  function moment(at) {
    const count = picture.components.length;
    const row = (name, index) => arrays[name].subarray(index * count, (index + 1) * count);
    if (at === 0)
      return { number: 0, before: null, products: null, after: row("states", 0), fractions: row("fractions", 0) };
    return {
      number: at,
      before: row("states", at - 1),
      fractionsBefore: row("fractions", at - 1),
      products: row("products", at - 1),
      after: row("states", at),
      fractions: row("fractions", at),
      total: arrays.totals[at - 1],
      value: arrays.values[at - 1],
    };
  }
  /** The number drawn goes from where it was added up to where it is plotted. */
  function fly(at) {
    if (!cards.result.animate) return;
    const home = view.root.getBoundingClientRect();
    const from = cards.result.getBoundingClientRect();
    const to = plot.target(at);
    const chip = h("span", { class: "wl-chip", "aria-hidden": "true" }, short(arrays.values[at - 1]));
    view.root.append(chip);
    const place = (left, top) => `translate(${left - home.left}px, ${top - home.top}px)`;
    const flight = chip.animate(
      [
        { transform: place(from.left, from.top), opacity: 1 },
        { transform: place(to.left, to.top), opacity: 1, offset: 0.8 },
        { transform: place(to.left, to.top), opacity: 0 },
      ],
      { duration: MOTION_MS, easing: "ease-in-out" },
    );
    flight.onfinish = flight.oncancel = () => chip.remove();
  }

  // ---- looking at a draw or at a bar ----

  function onlook(draw) {
    if (draw === looked) return;
    looked = draw;
    view.root.classList.remove("wl-moving");
    mark();
  }
  function onbin(found) {
    if (found === bin) return;
    bin = found;
    describe();
  }
  function mark() {
    for (const field of fields) field.mark(looked ?? drawn.at);
    describe();
  }
  function describe() {
    const draw = looked ?? drawn.at;
    const { n, main, other } = picture;
    if (bin !== null && looked === null) return readout.replaceChildren(h("b", {}, "bar"), ` from ${plot.bin(bin)}.`);
    if (draw < 1) return readout.replaceChildren(`Draw 1 of ${grouped(n)} comes next.`);
    const made = draw <= n;
    const value = (name) => h("code", {}, String(arrays[name][draw - 1]));
    const fell = made ? [", in the bar ", plot.bin(arrays.bins[draw - 1])] : [];
    const also = other ? [` From ${other.title}: `, value("other_values"), "."] : [];
    readout.replaceChildren(
      h("b", {}, `draw ${grouped(draw)}`),
      made ? ` of ${grouped(n)}` : ", still to come",
      `, from ${main.title}: `,
      value("values"),
      ...fell,
      ".",
      ...also,
    );
  }

  view.listen(["picture", "draws"], drawPicture);
  view.listen(["seed", "state", "error"], drawStart);
  view.listen(["generator", "compare_with", "divide_by_period", "generators"], drawControls);
  drawPicture();
  if (globalThis.ResizeObserver) {
    const observer = new ResizeObserver(() => {
      if (Math.abs(measure() - room) < 1) return;
      buildPlots();
      for (const field of fields) field.show(drawn.at);
      mark();
      paint();
    });
    observer.observe(view.stage);
    view.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  return view.destroy;
}

export default { render };
