// The drawing of a fork: the parent's lane, the fork where it becomes several, and what each process draws since.
import { h, set } from "../shared/dom.js";
import { equalClass, letter } from "../shared/fork-options.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { prefersReducedMotion } from "../shared/view.js";

/**
 * @typedef {{ text: string, exact: string, group?: number | null }} Drawn  a number, rounded and in full
 * @typedef {{ text: string, exact: string, same: boolean | null }} Real  `same` is null where nothing was predicted
 *
 * @typedef {object} Lane  one process after the fork
 * @property {string} name
 * @property {string} pid
 * @property {string} note  where the numbers are stand-ins, a sentence on that
 * @property {string} reseeded
 * @property {string} at_fork
 * @property {string[]} states  at its start, and after each draw
 * @property {Drawn[]} draws
 *
 * @typedef {object} Moment  a step of the timeline, with how far each process is
 * @property {"seed" | "before" | "fork" | "reseed" | "after"} kind
 * @property {string} message
 * @property {number} before  how many numbers the parent has drawn before the fork
 * @property {boolean} forked
 * @property {boolean} reseeded
 * @property {number} after  how many numbers each process has drawn since the fork
 *
 * @typedef {ReturnType<typeof createDraw>} Draw
 * @typedef {{ label: string, exact: string, drawnBy: string[] }} Highlight
 */

export const MOTION_MS = 220;

/**
 * The timeline of one parent: { node, numbers, show(moment), move(moment), scene(moment), overlay(real) }.
 *
 * show       draws a moment; `move` lets everything that a moment makes travel from where it comes
 * scene      what a moment is about, to be scrolled to: { from, to, cover }, `cover` being what covers the left edge
 * overlay    lays the numbers really drawn over the predicted ones; {} takes them away
 * numbers    how many numbers there are
 *
 * @param {{ before: { draws: Drawn[], states: string[] }, lanes: Lane[] }} timeline
 * @param {(highlight: Highlight | null) => void} onHighlight  the number under the pointer, else the one with the focus
 */
export function createTimeline({ before, lanes: processes }, onHighlight) {
  const start = createStart(before);
  const lanes = processes.map(createLane);
  const node = h(
    "div",
    { class: "wl-timeline" },
    start.node,
    h("div", { class: "wl-lanes" }, ...lanes.map((lane) => lane.node)),
  );
  const numbers = [...start.draws, ...lanes.flatMap((lane) => lane.draws)];
  makeNavigable(node, start, lanes, highlight);
  const motion = createMotion();

  function highlight(draw) {
    const related = (one) => draw !== null && draw.group !== null && one.group === draw.group;
    for (const one of numbers) {
      one.node.classList.toggle("wl-highlighted", one === draw);
      one.node.classList.toggle("wl-related", related(one));
    }
    const drawnBy = lanes.filter((lane) => lane.draws.some(related)).map((lane) => lane.name);
    onHighlight(draw && { label: draw.node.getAttribute("aria-label"), exact: draw.exact, drawnBy });
  }

  return {
    node,
    numbers: numbers.length,
    /** @param {Moment} moment */
    show(moment) {
      motion.cancel();
      node.classList.toggle("wl-forked", moment.forked);
      start.show(moment);
      for (const lane of lanes) lane.show(moment);
    },
    /** @param {Moment} moment */
    move({ kind, before: count, after }) {
      if (prefersReducedMotion()) return;
      const { card } = start;
      if (kind === "before") motion.travel(start.draws[count - 1].node, card.node);
      if (kind === "fork") for (const lane of lanes) motion.travel(lane.card.node, card.node);
      if (kind === "after") for (const lane of lanes) motion.travel(lane.draws[after - 1].node, lane.card.node);
    },
    /**
     * @param {Moment} moment
     * @returns {{ from: Element, to: Element, cover?: Element }}
     */
    scene({ kind, before: count, after }) {
      if (kind === "seed") return { from: start.title, to: start.card.node };
      if (kind === "before") return { from: start.draws[count - 1].node, to: start.draws[count - 1].node };
      const { card, draws, process } = lanes[0];
      const one = kind === "after" ? draws[after - 1].node : card.node; // in every lane at the same place
      return { from: one, to: one, cover: process };
    },
    /** @param {{ before?: Real[], lanes?: { pid: string, verdict: string, draws: Real[] }[] }} real */
    overlay(real) {
      node.classList.toggle("wl-real", Boolean(real.lanes));
      start.overlay(real.before);
      lanes.forEach((lane, at) => {
        lane.overlay(real.lanes?.[at]);
      });
    },
  };
}

/** The parent before the fork. */
function createStart(before) {
  const title = h("b", {}, "parent");
  const card = createCard();
  const draws = before.draws.map((draw, at) => createDraw(draw, `parent, draw ${at + 1} before the fork`));
  const node = h(
    "section",
    { class: "wl-start", role: "group", "aria-label": "parent, before the fork" },
    title,
    card.node,
    h("div", { class: "wl-draws" }, ...draws.map((draw) => draw.node)),
  );
  return {
    node,
    title,
    card,
    draws,
    show(moment) {
      card.show(before.states[moment.before] ?? "");
      draws.forEach((draw, at) => {
        draw.show(at < moment.before, moment.kind === "before" && at === moment.before - 1);
      });
    },
    /** @param {Real[]} [real] */
    overlay(real) {
      draws.forEach((draw, at) => {
        draw.overlay(real?.[at] ?? null);
      });
    },
  };
}

/**
 * One process after the fork, the parent being the first.
 * @param {Lane} lane
 * @param {number} index
 */
function createLane(lane, index) {
  const card = createCard();
  const draws = lane.draws.map((draw, at) => createDraw(draw, `${lane.name}, draw ${at + 1}`, Boolean(lane.note)));
  const pid = h("small", { class: "wl-quiet" }, lane.pid);
  const note = h("small", { class: "wl-note wl-quiet" }, lane.note);
  const process = h("div", { class: "wl-process" }, h("span", {}, h("b", {}, lane.name), pid));
  const reseeded = lane.reseeded ? h("small", { class: "wl-reseeded" }, lane.reseeded) : null;
  const heading = (text) => (index || !text ? null : h("small", { class: "wl-heading" }, text)); // over the first lane
  const node = h(
    "section",
    { class: `wl-lane ${index ? "" : "wl-parent"}`, role: "group", "aria-label": lane.name },
    h("i", { class: "wl-branch", "aria-hidden": "true" }),
    process,
    h("div", { class: "wl-state" }, heading("state now"), card.node, reseeded),
    h(
      "div",
      { class: "wl-drawn" },
      heading(draws.length ? "draws" : ""),
      h("div", { class: "wl-draws" }, ...draws.map((draw) => draw.node)),
      note,
    ),
  );
  return {
    node,
    name: lane.name,
    card,
    draws,
    process,
    show({ kind, reseeded: passed, after }) {
      const started = passed || after > 0;
      card.show(started ? lane.states[after] : lane.at_fork);
      node.classList.toggle("wl-has-reseeded", started);
      node.classList.toggle("wl-now", kind === "fork" || (kind === "reseed" && index > 0));
      draws.forEach((draw, at) => {
        draw.show(at < after, kind === "after" && at === after - 1);
      });
    },
    /** @param {{ pid: string, verdict: string, draws: Real[] }} [real] */
    overlay(real) {
      draws.forEach((draw, at) => {
        draw.overlay(real?.draws[at] ?? null);
      });
      pid.textContent = real?.pid ?? lane.pid;
      note.textContent = real?.verdict ?? lane.note;
      note.className = `wl-note ${real ? "wl-verdict" : "wl-quiet"}`;
    },
  };
}

/**
 * One number on a lane, with room for its letter and for the number that was really drawn.
 * @param {Drawn} drawn
 * @param {string} name
 */
function createDraw({ text, exact, group = null }, name, standIn = false) {
  const really = h("span", { class: "wl-really" });
  const below = h("span", { class: "wl-below" }, group === null ? null : h("b", {}, letter(group)), really);
  below.hidden = group === null;
  const node = h(
    "span",
    {
      class: `wl-draw ${equalClass(group)} ${standIn ? "wl-stand-in" : ""}`,
      "data-group": group,
      title: exact,
      role: "img",
    },
    h("span", { class: "wl-number" }, text),
    below,
  );
  const label = `${name}: ${text}${group === null ? "" : `, equal numbers ${letter(group)}`}`;
  return {
    node,
    group,
    exact,
    show(drawn, now) {
      node.classList.toggle("wl-undrawn", !drawn);
      node.classList.toggle("wl-now", now);
      set(node, {
        "aria-label": drawn
          ? label + (really.textContent && `; really ${really.textContent}`)
          : `${name}: not drawn yet`,
      });
    },
    /** @param {Real | null} real */
    overlay(real) {
      node.classList.toggle("wl-missed", real?.same === false); // its number takes the place of the letter
      really.textContent = !real ? "" : real.same ? "✓" : real.same === null ? real.text : `✗ ${real.text}`;
      below.hidden = group === null && !real;
      set(node, { title: real && !real.same ? `${exact}; really ${real.exact}` : exact });
    },
  };
}

/** The state of a generator. */
function createCard() {
  const node = h("span", { class: "wl-card" });
  return {
    node,
    show(state) {
      node.textContent = state;
    },
  };
}

/** Arrow keys walk over the numbers: along a lane, and to the same place in the next one. */
function makeNavigable(node, start, lanes, onHighlight) {
  const rows = lanes.map((lane) => lane.draws);
  if (rows.length) rows[0] = [...start.draws, ...rows[0]];
  const early = (row) => (row === 0 ? start.draws.length : 0); // the parent's row begins before the fork
  const draws = new Map(rows.flat().map((draw) => [draw.node, draw]));
  createRovingFocus(node, {
    items: [...draws.keys()],
    onHighlight: (item) => onHighlight(draws.get(item) ?? null),
    next(item, move) {
      if (!move) return null; // Home and End are the player's
      const draw = draws.get(item);
      const row = rows.findIndex((one) => one.includes(draw));
      const to = row + move[0];
      const column = rows[row].indexOf(draw) - early(row) + move[1];
      return rows[to]?.[column + early(to)]?.node ?? item;
    },
  });
}

/** What travels from where it comes, until the next moment. */
function createMotion() {
  let animations = [];
  return {
    cancel() {
      for (const animation of animations) animation.cancel();
      animations = [];
    },
    /**
     * @param {HTMLElement} element
     * @param {HTMLElement} from
     */
    travel(element, from) {
      const [start, end] = [from.getBoundingClientRect(), element.getBoundingClientRect()];
      const frames = [
        { transform: `translate(${start.left - end.left}px, ${start.top - end.top}px)`, opacity: 0.4 },
        { transform: "none", opacity: 1 },
      ];
      animations.push(element.animate(frames, { duration: MOTION_MS, easing: "ease-in-out" }));
    },
  };
}
