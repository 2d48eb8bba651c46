// A fork moment by moment: predicted at once, and on request done for real.
import { button, createMore, dropdown, keepFocus, slider } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { createRecipe, createReseedings, showGenerators, showOrRefuse } from "../shared/fork-options.js";
import { range } from "../shared/format.js";
import { createPlayer } from "../shared/player.js";
import { observeSize } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { createTimeline, MOTION_MS } from "./timeline.js";

const SETTINGS = ["generator", "children", "draws_before", "draws_after", "reseeding", "seed"];

const list = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);

/** The controls of the settings: { nodes, rare, reasons, show(), showSeedNote(note) }; few need the `rare` ones. */
function createSettings(get, save, onrestart) {
  const generator = dropdown("generator", [], "", (chosen) => save({ generator: chosen }));
  const seed = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    onchange: () => save({ seed: seed.value.trim() }),
  });
  const again = button("Start again", onrestart, { "aria-label": "Start again with the first settings" });
  const note = h("p", { class: "wl-seed-note wl-quiet", "aria-live": "polite" });
  const size = (trait, label, rest, least, most) => {
    const oninput = (value) => save({ [trait]: value });
    return slider({ label, name: label + rest, values: range(least, most + 1), value: get(trait), oninput });
  };
  const { children, draws } = get("limits");
  const sizes = {
    children: size("children", "children", "", 1, children),
    draws_before: size("draws_before", "draws before", " the fork", 0, draws),
    draws_after: size("draws_after", "draws after", " the fork", 0, draws),
  };
  const reseedings = createReseedings(
    "reseeding: what each child does before it draws",
    get("reseedings"),
    (reseeding) => save({ reseeding }),
  );
  return {
    nodes: [reseedings.node, generator.node],
    rare: [
      ...Object.values(sizes).map(({ node }) => node),
      h("label", { class: "wl-seed" }, "seed", seed),
      again,
      note,
    ],
    reasons: reseedings.reasons,
    show() {
      showGenerators(generator.select, get("generators"), get("generator"));
      for (const [trait, { show }] of Object.entries(sizes)) show(get(trait));
      // What was typed and refused stays while it is being corrected.
      if (document.activeElement !== seed || !get("error")) seed.value = get("seed");
      reseedings.show(get("reseedings"), get("reseeding"));
    },
    showSeedNote(text) {
      note.textContent = text;
      note.hidden = !text;
    },
  };
}

/** The button that forks for real, its progress, and Cancel: { node, show() }. */
function createRun(get, send) {
  const settings = () => Object.fromEntries(SETTINGS.map((name) => [name, get(name)]));
  const run = button("Do it for real", () => send({ run: settings() }), { class: "wl-primary" });
  const bar = h("progress", { "aria-label": "going on" });
  const cancel = button("Cancel", () => send({ cancel: true }));
  const status = h("span", { role: "status" });
  const node = h("div", { class: "wl-for-real" }, run, bar, cancel, status);
  function show() {
    const progress = get("progress");
    const greyOut = () => {
      run.disabled = Boolean(get("cannot_fork") || get("timeline").unavailable || progress.cancel);
      cancel.hidden = !progress.cancel;
    };
    keepFocus(node, greyOut, [cancel, run]);
    bar.hidden = !progress.message;
    status.textContent = progress.message ?? get("cannot_fork");
  }
  return { node, show };
}

/** The line on the number that is pointed at: { node, show(highlight, timeline, numbers) }. */
function createReadout() {
  const node = h("p", { class: "wl-readout wl-quiet" });
  function text(highlight, { lanes = [] }, numbers) {
    if (highlight) {
      const { label, exact, drawnBy } = highlight;
      return [`${label}. Exactly `, h("code", {}, exact), drawnBy.length ? `, drawn by ${list(drawnBy)}.` : "."];
    }
    if (lanes.some(({ draws }) => draws.some(({ group }) => group !== null)))
      return ["Equal numbers carry the same letter. Point at one to see who drew it, and all its digits."];
    return numbers ? ["Point at a number to see all its digits."] : [];
  }
  return { node, show: (highlight, timeline, numbers) => node.replaceChildren(...text(highlight, timeline, numbers)) };
}

/** Scroll the drawing, and not the page, to where something happens. */
function keepInSight(stage, { from, to, cover }) {
  const outer = stage.getBoundingClientRect();
  const [left, right] = [from.getBoundingClientRect().left, to.getBoundingClientRect().right];
  const edge = cover ? Math.max(outer.left, cover.getBoundingClientRect().right) : outer.left;
  if (right > outer.right) stage.scrollLeft += right - outer.right + 8;
  else if (left < edge) stage.scrollLeft -= edge - left + 8;
}

/**
 * The moments, each with how far every process is.
 * @returns {import("./timeline.js").Moment[]}
 */
function annotateMoments(moments) {
  const now = { before: 0, forked: false, reseeded: false, after: 0 };
  return moments.map((moment) => {
    if (moment.kind === "before") now.before += 1;
    if (moment.kind === "fork") now.forked = true;
    if (moment.kind === "reseed") now.reseeded = true;
    if (moment.kind === "after") now.after += 1;
    return { ...moment, ...now };
  });
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "forks", "Fork simulator");
  const settings = createSettings(get, view.save, () => {
    model.send({ restart: true });
    player.seek(moments.length - 1);
  });
  const player = createPlayer({ length: 0, onseek: draw, signal: view.signal, name: "moment" });
  set(view.root, { onkeydown: player.keys });

  const recipe = createRecipe("each child, before it draws:");
  const message = h("p", { class: "wl-message" });
  const readout = createReadout();
  const run = createRun(get, (content) => model.send(content));
  const conclusion = h("p", { class: "wl-conclusion" });
  view.controls.append(player.node, ...settings.nodes, run.node, createMore(...settings.rare, player.speed));
  view.caption.replaceChildren(message);
  view.caption.after(conclusion, readout.node, settings.reasons, recipe.node);

  let moments = annotateMoments([]);
  let drawing = null; // of the timeline; null where there is none
  let last = { at: -1, time: 0 };
  const showReadout = (highlight) => readout.show(highlight, get("timeline"), drawing?.numbers);

  function drawTimeline() {
    const timeline = get("timeline");
    const atEnd = player.position() >= moments.length - 1;
    moments = annotateMoments(timeline.moments ?? []);
    drawing = moments.length ? createTimeline(timeline, showReadout) : null;
    drawing?.overlay(get("real"));
    showOrRefuse(view.stage, drawing?.node ?? null, timeline.unavailable);
    recipe.show(timeline.code ?? "");
    settings.showSeedNote(timeline.seed_note ?? "");
    last.at = -1;
    showReadout(null);
    player.setLength(Math.max(0, moments.length - 1));
    if (atEnd) player.seek(moments.length - 1);
    run.show();
  }
  function draw(at) {
    const moment = moments[at];
    recipe.node.classList.toggle("wl-now", moment?.kind === "reseed");
    message.replaceChildren(...prose(moment?.message ?? ""));
    if (!moment) return;
    const now = performance.now();
    drawing.show(moment);
    keepInSight(view.stage, drawing.scene(moment)); // first: what travels is not yet where it belongs
    if (at === last.at + 1 && last.at >= 0 && now - last.time > MOTION_MS) drawing.move(moment);
    last = { at, time: now };
  }
  function drawSettings() {
    settings.show();
    run.show();
  }
  function drawReal() {
    const real = get("real");
    drawing?.overlay(real);
    conclusion.textContent = real.message ?? "";
    conclusion.hidden = !real.message;
    player.seek(real.message ? moments.length - 1 : player.position());
  }

  // A view is drawn before it has a place in the page, and later its place may grow or shrink.
  const onresize = () => {
    const moment = moments[player.position()];
    if (moment) keepInSight(view.stage, drawing.scene(moment));
  };
  observeSize(view.stage, onresize, view.signal);
  view.listen(["timeline"], drawTimeline);
  view.listen(["real"], drawReal);
  view.listen(["progress", "cannot_fork"], run.show);
  view.listen([...SETTINGS, "generators", "reseedings", "limits", "error"], drawSettings);
  drawSettings();
  drawTimeline();
  drawReal();
  model.send({ view: 1 });
  return view.destroy;
}

export default { render };
