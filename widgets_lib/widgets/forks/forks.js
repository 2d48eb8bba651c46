// A parent's lane, the fork where it becomes several, and what each process draws from then on.
import { button, dropdown, slider } from "../shared/controls.js";
import { createReseedings, createRecipe, equalClass, letter, showGenerators } from "../shared/fork-options.js";
import { h, prose, set } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const MOTION_MS = 220;
const SETTINGS = ["generator", "children", "draws_before", "draws_after", "reseeding", "seed"];

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const list = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);

/** One number on a lane, with room for its letter and for the number that was really drawn. */
function createDraw({ text, exact, group = null }, name, guessed = false) {
  const really = h("span", { class: "wl-really" });
  const node = h(
    "span",
    {
      class: `wl-draw ${equalClass(group)} ${guessed ? "wl-guessed" : ""}`,
      "data-group": group,
      title: exact,
      tabindex: -1,
      role: "img",
    },
    h("span", { class: "wl-number" }, text),
    group === null ? null : h("b", {}, letter(group)),
    really,
  );
  const words = `${name}: ${text}${group === null ? "" : `, equal numbers ${letter(group)}`}`;
  return {
    node,
    group,
    exact,
    show(drawn, now) {
      node.classList.toggle("wl-undrawn", !drawn);
      node.classList.toggle("wl-now", now);
      set(node, {
        "aria-label": drawn
          ? words + (really.textContent && `; really ${really.textContent}`)
          : `${name}: not drawn yet`,
      });
    },
    /** `real`: { text, exact, same } or null; `same` is null where nothing was predicted. */
    lay(real) {
      really.textContent = !real ? "" : real.same ? "✓" : real.same === null ? real.text : `✗ ${real.text}`;
      set(node, { title: real && !real.same ? `${exact}; really ${real.exact}` : exact });
    },
  };
}

function createCard() {
  const node = h("span", { class: "wl-card" });
  return { node, show: (state) => (node.textContent = state) };
}

/**
 * The timeline: { node, show(moment, kind), move(moment, kind), scene(moment, kind), lay(real) }.
 *
 * `onlook(draw)` where the pointer or else the focus is, null when both left. A moment is { before, forked, reseeded,
 * after }: how many numbers the parent has drawn, whether there are children, whether they have reseeded, how many
 * numbers each process has drawn since.
 */
function createTimeline({ before, lanes }, onlook) {
  const origin = createCard();
  const early = before.draws.map((draw, index) => createDraw(draw, `parent, draw ${index + 1} before the fork`));
  const rows = lanes.map((lane, index) => {
    const card = createCard();
    const draws = lane.draws.map((draw, at) => createDraw(draw, `${lane.name}, draw ${at + 1}`, Boolean(lane.note)));
    const pid = h("small", { class: "wl-quiet" }, lane.pid);
    const note = h("small", { class: "wl-note wl-quiet" }, lane.note);
    const node = h(
      "section",
      { class: `wl-lane ${index ? "" : "wl-parent"}`, role: "group", "aria-label": lane.name },
      h("i", { class: "wl-branch", "aria-hidden": "true" }),
      h("div", { class: "wl-who" }, h("b", {}, lane.name), pid),
      h(
        "div",
        { class: "wl-state" },
        card.node,
        index ? h("small", { class: "wl-reseeded" }, lane.reseeded || "copied") : null,
      ),
      h("div", { class: "wl-drawn" }, h("div", { class: "wl-draws" }, ...draws.map((draw) => draw.node)), note),
    );
    return { lane, card, draws, pid, note, node };
  });
  const parent = h("b", {}, "parent");
  const start = h(
    "section",
    { class: "wl-start", role: "group", "aria-label": "parent, before the fork" },
    parent,
    origin.node,
    h("div", { class: "wl-draws" }, ...early.map((draw) => draw.node)),
  );
  const node = h(
    "div",
    { class: "wl-timeline" },
    start,
    h("div", { class: "wl-lanes" }, ...rows.map((row) => row.node)),
  );

  const all = [...early, ...rows.flatMap((row) => row.draws)];
  const drawOf = new Map(all.map((draw) => [draw.node, draw]));
  const grid = rows.map((row) => row.draws);
  if (grid.length) grid[0] = [...early, ...grid[0]];
  const reach = (draw) => all.forEach((one) => set(one.node, { tabindex: one === draw ? 0 : -1 }));
  let focused = null;
  function look(draw) {
    for (const one of all) {
      one.node.classList.toggle("wl-looked", one === draw);
      one.node.classList.toggle("wl-related", draw !== null && draw.group !== null && one.group === draw.group);
    }
    onlook(
      draw && {
        ...draw,
        label: draw.node.getAttribute("aria-label"),
        kin: rows
          .filter((row) => draw.group !== null && row.draws.some((one) => one.group === draw.group))
          .map((row) => row.lane.name),
      },
    );
  }
  const drawAt = (target) => drawOf.get(target.closest?.(".wl-draw")) ?? null;
  set(node, {
    onpointerover: (event) => look(drawAt(event.target) ?? focused),
    onpointerleave: () => look(focused),
    onfocusin: (event) => {
      focused = drawAt(event.target);
      if (focused) reach(focused);
      look(focused);
    },
    onfocusout: () => look((focused = null)),
    onkeydown: (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move || !focused || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // else the player steps
      const row = grid.findIndex((draws) => draws.includes(focused));
      const late = (index) => (index === 0 ? early.length : 0); // the parent's row begins before the fork
      const column = grid[row].indexOf(focused) - late(row) + move[1];
      const [next, place] = [row + move[0], column + late(row + move[0])];
      grid[next]?.[place]?.node.focus();
    },
  });
  if (all.length) reach(all[0]);

  let animations = [];
  function travel(element, from) {
    const [start, end] = [from.getBoundingClientRect(), element.getBoundingClientRect()];
    const shift = `translate(${start.left - end.left}px, ${start.top - end.top}px)`;
    animations.push(
      element.animate(
        [
          { transform: shift, opacity: 0.4 },
          { transform: "none", opacity: 1 },
        ],
        { duration: MOTION_MS, easing: "ease-in-out" },
      ),
    );
  }

  function show(moment, kind) {
    for (const animation of animations) animation.cancel();
    animations = [];
    node.classList.toggle("wl-forked", moment.forked);
    origin.show(before.states[moment.before] ?? "");
    early.forEach((draw, index) => draw.show(index < moment.before, kind === "before" && index === moment.before - 1));
    for (const [index, { lane, card, draws, node: row }] of rows.entries()) {
      const started = moment.reseeded || moment.after > 0;
      card.show(moment.after || started ? lane.states[moment.after] : lane.at_fork);
      row.classList.toggle("wl-has-reseeded", started && Boolean(lane.reseeded));
      row.classList.toggle("wl-now", kind === "fork" || (kind === "reseed" && index > 0));
      draws.forEach((draw, at) => draw.show(at < moment.after, kind === "after" && at === moment.after - 1));
    }
  }

  /** Everything that a moment makes travels from where it comes. */
  function move(moment, kind) {
    if (prefersReducedMotion()) return;
    if (kind === "before") travel(early[moment.before - 1].node, origin.node);
    if (kind === "fork") for (const { card } of rows) travel(card.node, origin.node);
    if (kind === "after") for (const { card, draws } of rows) travel(draws[moment.after - 1].node, card.node);
  }

  return {
    node,
    show,
    move,
    numbers: all.length,
    /** What a moment is about, to be scrolled to: { from, to, cover }, `cover` being what covers the left edge. */
    scene(moment, kind) {
      const [{ card, draws, node: row }] = rows;
      if (kind === "seed") return { from: parent, to: origin.node };
      if (kind === "before") return { from: early[moment.before - 1].node, to: early[moment.before - 1].node };
      const one = kind === "after" ? draws[moment.after - 1].node : card.node; // in every lane at the same place
      return { from: one, to: one, cover: row.querySelector(".wl-who") };
    },
    lay(real) {
      node.classList.toggle("wl-real", Boolean(real.lanes));
      early.forEach((draw, index) => draw.lay(real.before?.[index] ?? null));
      rows.forEach(({ lane, draws, pid, note }, index) => {
        const lived = real.lanes?.[index];
        draws.forEach((draw, at) => draw.lay(lived?.draws[at] ?? null));
        pid.textContent = lived?.pid ?? lane.pid;
        note.textContent = lived?.verdict ?? lane.note;
        note.className = `wl-note ${lived ? "wl-verdict" : "wl-quiet"}`;
      });
    },
  };
}

function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "forks", "Fork simulator");

  // ---- controls ----
  const choose = dropdown("generator", [], "", (generator) => view.save({ generator }));
  const { children: mostChildren, draws: mostDraws } = get("limits");
  const sizes = Object.fromEntries(
    [
      ["children", "children", "", 1, mostChildren],
      ["draws_before", "draws before", " the fork", 0, mostDraws],
      ["draws_after", "draws after", " the fork", 0, mostDraws],
    ].map(([trait, label, rest, least, most]) => [
      trait,
      slider({
        label,
        name: label + rest,
        values: range(least, most),
        value: get(trait),
        oninput: (value) => view.save({ [trait]: value }),
      }),
    ]),
  );
  const seed = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    onchange: () => view.save({ seed: seed.value.trim() }),
  });
  const again = button(
    "Start again",
    () => {
      model.send({ restart: true });
      player.seek(moments.length - 1);
    },
    { "aria-label": "Start again with the first settings" },
  );
  const reseedings = createReseedings("reseeding: what each child does before it draws", (reseeding) =>
    view.save({ reseeding }),
  );
  const seedNote = h("p", { class: "wl-seed-note wl-quiet", "aria-live": "polite" });
  const player = createPlayer({ length: 0, onseek: draw, signal: view.signal, name: "moment" });
  view.controls.append(
    h("div", { class: "wl-row" }, choose.node, h("label", { class: "wl-seed" }, "seed", seed), again),
    seedNote,
    h("div", { class: "wl-row wl-sizes" }, ...Object.values(sizes).map((size) => size.node)),
    reseedings.node,
    player.node,
  );
  set(view.root, { onkeydown: player.keys });

  // ---- what the child writes, the real fork, the words ----
  const recipe = createRecipe("each child, before it draws:");
  const run = button(
    "Do it for real",
    () => model.send({ run: Object.fromEntries(SETTINGS.map((name) => [name, get(name)])) }),
    { class: "wl-primary" },
  );
  const bar = h("progress", { "aria-label": "going on" });
  const busy = h("span", { role: "status" });
  const cancel = button("Cancel", () => model.send({ cancel: true }));
  const forReal = h("div", { class: "wl-for-real" }, run, bar, cancel, busy);
  const said = h("p", { class: "wl-said" });
  const looked = h("p", { class: "wl-looked-at wl-quiet" });
  const conclusion = h("p", { class: "wl-conclusion" });
  view.caption.replaceChildren(said);
  view.caption.before(recipe.node);
  view.caption.after(looked, forReal, conclusion);

  let moments = [];
  let timeline = null;
  let last = { at: -1, time: 0 };

  function build() {
    const timelineOf = get("timeline");
    const atEnd = player.position() >= moments.length - 1;
    moments = annotateMoments(timelineOf.moments ?? []);
    if (moments.length) {
      timeline = createTimeline(timelineOf, onlook);
      timeline.lay(get("real"));
      view.stage.replaceChildren(timeline.node);
    } else {
      timeline = null;
      view.stage.replaceChildren(
        h(
          "p",
          { class: "wl-refused" },
          timelineOf.unavailable ? `✗ ${timelineOf.unavailable} Choose another reseeding or generator.` : "",
        ),
      );
    }
    recipe.show(timelineOf.code ?? "");
    seedNote.textContent = timelineOf.seed_note ?? "";
    seedNote.hidden = !seedNote.textContent;
    last.at = -1;
    onlook(null);
    player.setLength(Math.max(0, moments.length - 1));
    if (atEnd) player.seek(moments.length - 1);
    drawRun();
  }

  function draw(at) {
    const moment = moments[at];
    recipe.node.classList.toggle("wl-now", moment?.kind === "reseed");
    said.replaceChildren(...prose(moment?.message ?? ""));
    if (!moment) return;
    const now = performance.now();
    timeline.show(moment, moment.kind);
    keepInSight(timeline.scene(moment, moment.kind)); // first: what travels is not yet where it belongs
    if (at === last.at + 1 && last.at >= 0 && now - last.time > MOTION_MS) timeline.move(moment, moment.kind);
    last = { at, time: now };
  }

  /** Scroll the drawing, and not the page, to where something happens. */
  function keepInSight({ from, to, cover }) {
    const outer = view.stage.getBoundingClientRect();
    const [left, right] = [from.getBoundingClientRect().left, to.getBoundingClientRect().right];
    const edge = cover ? Math.max(outer.left, cover.getBoundingClientRect().right) : outer.left;
    if (right > outer.right) view.stage.scrollLeft += right - outer.right + 8;
    else if (left < edge) view.stage.scrollLeft -= edge - left + 8;
  }

  function onlook(seen) {
    looked.replaceChildren();
    if (seen)
      looked.append(
        `${seen.label}. Exactly `,
        h("code", {}, seen.exact),
        seen.kin.length ? `, drawn by ${list(seen.kin)}.` : ".",
      );
    else if (get("timeline").lanes?.some((lane) => lane.draws.some((one) => one.group !== null)))
      looked.append("Equal numbers carry the same letter. Point at one to see who drew it, and all its digits.");
    else if (timeline?.numbers) looked.append("Point at a number to see all its digits.");
  }

  function drawChoices() {
    showGenerators(choose.select, get("generators"), get("generator"));
    for (const [trait, size] of Object.entries(sizes)) size.show(get(trait));
    if (document.activeElement !== seed || !get("error")) seed.value = get("seed");
    reseedings.show(get("reseedings"), get("reseeding"));
    drawRun();
  }

  function drawRun() {
    const progress = get("progress");
    const refusal = get("cannot_fork") || get("timeline").unavailable;
    const focused = forReal.contains(document.activeElement);
    run.disabled = Boolean(refusal || progress.cancel);
    bar.hidden = !progress.message;
    cancel.hidden = !progress.cancel;
    busy.textContent = progress.message ?? get("cannot_fork");
    // A button that greys out or goes drops the focus, and the widget would hear no key any more.
    if (focused) (cancel.hidden ? run : cancel).focus();
  }

  function drawReal() {
    const real = get("real");
    timeline?.lay(real);
    conclusion.textContent = real.message ?? "";
    conclusion.hidden = !real.message;
    if (real.message) player.seek(moments.length - 1);
    else player.seek(player.position());
  }

  // A view is drawn before it has a place in the page, and later its place may grow or shrink.
  if (globalThis.ResizeObserver) {
    const observer = new ResizeObserver(() => {
      const moment = moments[player.position()];
      if (moment) keepInSight(timeline.scene(moment, moment.kind));
    });
    observer.observe(view.stage);
    view.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  view.listen(["timeline"], build);
  view.listen(["real"], drawReal);
  view.listen(["progress", "cannot_fork"], drawRun);
  view.listen([...SETTINGS, "generators", "reseedings", "limits", "error"], drawChoices);
  drawChoices();
  build();
  drawReal();
  model.send({ view: 1 });
  return view.destroy;
}

/** The moments, each with how far each process is. */
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

export default { render };
