// A generator draw by draw: its state as dials, and its numbers as plot, histogram, pairs and triples.
import { h, prose, set } from "../shared/dom.js";
import { grouped } from "../shared/format.js";
import { createPlayer } from "../shared/player.js";
import { createRoom } from "../shared/resize.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { createCards, exactly, short } from "./cards.js";
import { createControls } from "./controls.js";
import { createPlanes } from "./planes.js";
import { createStreamPlot } from "./plots.js";
import { createPortrait } from "./portrait.js";

const OPENING = 4; // draws already made: enough for a pair and a triple
const MOTION_MS = 240;
const MANY = 1000; // of more draws than this, all are made at first, and playing takes a share of them at a time
const SHARES = { pairs: 40 }; // in so many parts, by the stage; else in a hundred
const MAX_SIDE = 330; // of the squares of a stage: with its controls, it fits on a laptop's first screen
const ABREAST = 760; // room for two portraits side by side
const ARRAYS = { f8: Float64Array, i4: Int32Array, u1: Uint8Array };

/** The arrays in `draws`, by name. Copied, for a message's bytes need not lie where doubles may. */
function unpack(layout, view) {
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  return Object.fromEntries(
    layout.map(({ name, kind, offset, length }) => [name, new ARRAYS[kind](bytes, offset, length)]),
  );
}

/** The arithmetic of draw `at`, as the cards show it; of draw 0 the state before the first. */
function drawOf(arrays, components, at) {
  const row = (name, index) => arrays[name].subarray(index * components, (index + 1) * components);
  const now = { number: at, after: row("states", at), fractions: row("fractions", at) };
  if (at === 0) return { ...now, before: null, products: null };
  return {
    ...now,
    before: row("states", at - 1),
    fractionsBefore: row("fractions", at - 1),
    products: row("products", at - 1),
    total: arrays.totals[at - 1],
    value: arrays.values[at - 1],
  };
}

/**
 * All plots of a picture: { stream, portraits, abreast, show(at), mark(draw), paint(), repaint() }.
 *
 * stream      the plot of the draws one after the other; `portraits` the nodes of one or two generators
 *
 * @param {any} picture  see RandomStream.picture
 * @param {Record<string, any>} arrays
 * @param {number} room
 * @param {import("./plots.js").Pointing & { onbin: (bin: number | null) => void }} pointing
 */
function createPlots(picture, arrays, room, { onbin, onHighlight, onseek }) {
  const { n, reach, counts, edges, expected, main, other, show: stage } = picture;
  const { values, planes, bins, other_values, other_planes } = arrays;
  const pointing = { onHighlight, onseek };
  const stream = createStreamPlot({ n, values, bins, counts, edges, expected, room, onbin, ...pointing });
  const { abreast, side } = measure(room, stage, Boolean(other));
  const shared = { n, reach, side, stage, ...pointing };
  const portraits = stage === "stream" ? [] : [createPortrait({ portrait: main, values, planes, ...shared })];
  if (other) portraits.push(createPortrait({ portrait: other, values: other_values, planes: other_planes, ...shared }));
  const fields = [...(stage === "pairs" ? [] : [stream]), ...portraits.flatMap((one) => one.fields)];
  const each = (method) => (at) => {
    for (const field of fields) field[method](at);
  };
  return {
    stream,
    portraits: portraits.map((one) => one.node),
    abreast,
    show: each("show"),
    mark: each("mark"),
    paint: each("paint"),
    repaint: each("repaint"),
  };
}

/** Whether two portraits stand side by side, and the side of their squares. */
function measure(room, stage, two) {
  if (stage === "pairs") return { abreast: true, side: Math.floor(Math.min((room - 16) / 2, MAX_SIDE)) };
  const abreast = two && room >= ABREAST;
  const across = abreast ? (room - 40) / 2 : room;
  return { abreast, side: Math.floor(Math.min(across < 420 ? across : (across - 16) / 2, 280)) };
}

/** The sentence on a dot of the pairs, as nodes. */
function describePair({ main, other }, arrays, draw) {
  if (draw < 2) return ["Two draws in a row make the first dot."];
  const pair = (title, values) => [` ${title}: `, exactly(values[draw - 2]), " then ", exactly(values[draw - 1]), "."];
  return [
    h("b", {}, `Draws ${grouped(draw - 1)} and ${grouped(draw)}.`),
    ...pair(main.title, arrays.values),
    ...(other ? pair(other.title, arrays.other_values) : []),
  ];
}

/** The sentence on a draw, or on the bar that is pointed at, as nodes. */
function describe(picture, arrays, stream, draw, bin) {
  const { n, other, show } = picture;
  if (show === "pairs") return describePair(picture, arrays, draw);
  if (bin !== null) return ["So far the ", h("b", {}, stream.bar(bin)), ` holds ${stream.holds(bin)}.`];
  if (draw < 1) return [`Draw 1 of ${grouped(n)} comes next.`];
  const made = draw <= n;
  const value = (name) => h("code", {}, String(arrays[name][draw - 1]));
  const its = made ? arrays.bins[draw - 1] : null;
  return [
    h("b", {}, `Draw ${grouped(draw)}`),
    made ? ` of ${grouped(n)} is ` : ", still to come, is ",
    value("values"),
    ".",
    ...(made ? [` It falls into the ${stream.bar(its)}. So far that bar holds ${stream.holds(its)}.`] : []),
    ...(other ? [` ${other.title}: `, value("other_values"), "."] : []),
  ];
}

/** A number goes from the element where it was added up to where it is plotted. */
function fly(root, number, element, to) {
  const home = root.getBoundingClientRect();
  const from = element.getBoundingClientRect();
  const chip = h("span", { class: "wl-chip", "aria-hidden": "true" }, short(number));
  root.append(chip);
  const place = ({ left, top }) => `translate(${left - home.left}px, ${top - home.top}px)`;
  const flight = chip.animate(
    [
      { transform: place(from), opacity: 1 },
      { transform: place(to), opacity: 1, offset: 0.8 },
      { transform: place(to), opacity: 0 },
    ],
    { duration: MOTION_MS, easing: "ease-in-out" },
  );
  flight.onfinish = flight.oncancel = () => chip.remove();
}

/**
 * What is seen: { cards, readout, show(plots, reach) }, empty places at first; those of a stage, or all, and then the
 * controls under what goes draw by draw.
 */
function createStage({ stage: node, controls }, stage) {
  const cards = h("div");
  const stream = h("div", { class: "wl-plot" });
  const readout = h("p", { class: "wl-readout" });
  const legend = h("p", { class: "wl-legend wl-quiet" });
  const portraits = h("div", { class: "wl-portraits" });
  const stages = { stream: [cards, stream, readout], pairs: [portraits, readout] };
  node.append(...(stages[stage] ?? [cards, stream, readout, controls, legend, portraits]));
  return {
    cards,
    readout,
    show(plots, reach) {
      stream.replaceChildren(plots.stream.node);
      legend.textContent = `Strong: the draws so far. Faint: those to come, up to draw ${grouped(reach)}.`;
      portraits.classList.toggle("wl-abreast", plots.abreast);
      portraits.replaceChildren(...plots.portraits);
    },
  };
}

/**
 * The drawing of one picture after another: { load(picture, draws), show(at, step), value(at) }.
 *
 * load    draws another picture and its arrays; `show` the moment after draw `at`, with a motion if `step` is 1 or −1
 * onseek  a draw was pressed
 */
function createDrawing(view, show, onseek) {
  const stage = createStage(view, show);
  const room = createRoom(view, { fallback: 900, onchange: () => plots && rebuild() });
  let picture;
  let arrays;
  let cards;
  let plots;
  let shown = -1;
  let waiting = false; // for the next frame, to paint
  let highlighted = null; // the draw that is pointed at
  let bin = null; // the bar that is pointed at

  function build() {
    plots = createPlots(picture, arrays, room.width, {
      onseek: (draw) => onseek(Math.min(draw, picture.n)),
      onHighlight(draw) {
        if (draw === highlighted) return;
        highlighted = draw;
        view.root.classList.remove("wl-moving");
        mark();
      },
      onbin(found) {
        if (found === bin) return;
        bin = found;
        drawReadout();
      },
    });
    stage.show(plots, picture.reach);
    plots.repaint();
  }
  function rebuild() {
    build();
    plots.show(shown);
    mark();
    plots.paint();
  }
  function mark() {
    plots.mark(highlighted ?? shown);
    drawReadout();
  }
  function drawReadout() {
    const pointed = highlighted === null ? bin : null;
    stage.readout.replaceChildren(...describe(picture, arrays, plots.stream, highlighted ?? shown, pointed));
  }
  function paint() {
    waiting = false;
    plots.paint();
  }
  function paintSoon() {
    if (waiting) return;
    waiting = true;
    if (globalThis.requestAnimationFrame) requestAnimationFrame(paint);
    else paint();
  }
  return {
    value: (at) => arrays.values[at - 1],
    load(next, draws) {
      [picture, arrays] = [next, unpack(next.layout, draws)];
      cards = createCards(picture.components);
      stage.cards.replaceChildren(cards.node);
      highlighted = bin = null;
      build();
    },
    show(at, step) {
      shown = at;
      cards.show(drawOf(arrays, picture.components.length, at), step);
      view.root.classList.toggle("wl-moving", step !== 0);
      plots.show(at);
      mark();
      paintSoon();
      const { result } = cards;
      if (show === "pairs") return; // the cards are not on the page
      if (step === 1 && result.animate) fly(view.root, arrays.values[at - 1], result, plots.stream.target(at));
    },
  };
}

/** The stage of the triples. */
function renderPlanes(view, model) {
  const get = (name) => model.get(name);
  const planes = createPlanes(view, (degrees) => view.save({ turn_deg: degrees }));
  const controls = createControls(get, view.save, () => model.send({ restart: true }), planes.node);
  view.controls.append(...controls.nodes);
  let drawn = null;
  function drawPicture() {
    controls.showStart();
    controls.show();
    if (drawn === get("draws")) return; // both changed at once, and one came before
    drawn = get("draws");
    planes.load(get("picture"), unpack(get("picture").layout, drawn));
  }
  const turn = () => planes.turn(get("turn_deg"));
  view.listen(["picture", "draws"], drawPicture);
  view.listen(["turn_deg"], turn);
  view.listen(["seed", "state", "error"], controls.showStart);
  view.listen(["generator", "compare_with", "divide_by_period", "generators"], controls.show);
  drawPicture();
  turn();
}

/** The stages that go draw by draw, and all of it. */
function renderDraws(view, model) {
  const get = (name) => model.get(name);
  const stage = get("picture").show;
  const opening = () => (picture.n > MANY ? picture.n : OPENING);
  const player = createPlayer({ length: 1, onseek, signal: view.signal, name: "draw" });
  const restart = () => {
    model.send({ restart: true });
    player.seek(opening());
  };
  const controls = createControls(get, view.save, restart, player.node);
  const scrub = player.node.querySelector("input");
  view.controls.append(...controls.nodes);
  view.root.addEventListener("keydown", player.keys);
  const drawing = createDrawing(view, stage, (draw) => player.seek(draw));

  let picture = null;
  let buffer = null;
  let last = { at: -1, time: 0 };
  let skipping = false;

  function drawPicture() {
    if (picture === get("picture") && buffer === get("draws")) return; // both changed at once, and one came before
    const before = picture;
    [picture, buffer] = [get("picture"), get("draws")];
    controls.showStart();
    controls.show();
    view.caption.replaceChildren(...prose(picture.message));
    drawing.load(picture, buffer);
    const at = before?.n === picture.n ? Math.max(1, player.position()) : opening();
    last.at = -1;
    player.setLength(picture.n);
    player.seek(at);
  }
  /** Draw the moment after `at` draws. */
  function onseek(at, { playing }) {
    if (!picture) return;
    if (playing && picture.n > MANY && !skipping && at === last.at + 1) {
      skipping = true; // the player asks for one draw; a share of them follows
      player.seek(Math.min(picture.n, last.at + Math.ceil(picture.n / (SHARES[stage] ?? 100))), false);
      skipping = false;
      return;
    }
    const now = performance.now();
    const moves = now - last.time > MOTION_MS && !prefersReducedMotion() && last.at >= 0;
    const step = moves && Math.abs(at - last.at) === 1 ? at - last.at : 0;
    last = { at, time: now };
    drawing.show(at, step);
    set(scrub, { "aria-valuetext": `draw ${at} of ${picture.n}${at ? `: ${drawing.value(at)}` : ""}` });
  }

  view.listen(["picture", "draws"], drawPicture);
  view.listen(["seed", "state", "error"], controls.showStart);
  view.listen(["generator", "compare_with", "divide_by_period", "generators"], controls.show);
  drawPicture();
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "stream", "Random stream");
  const stage = context.model.get("picture").show;
  view.root.classList.toggle("wl-staged", Boolean(stage));
  (stage === "planes" ? renderPlanes : renderDraws)(view, context.model);
  return view.destroy;
}

export default { render };
