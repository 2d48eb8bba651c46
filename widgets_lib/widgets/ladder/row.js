// One rung of the ladder: its name and code, a track to predict and measure on, and what was found.
import { h, prose, set } from "../shared/dom.js";
import { percent, stopOf } from "./axis.js";
import { createMismatch } from "./mismatch.js";

/**
 * @typedef {import("./axis.js").TimeAxis} TimeAxis
 * @typedef {{ key: string, title: string, code: string, unavailable: string }} Rung
 *
 * @typedef {object} Result  a row of the trait `results`
 * @property {string} state
 * @property {string} time
 * @property {number} [seconds]
 * @property {string} [spread]
 * @property {string} [speedup]
 * @property {string} [rate]
 * @property {string} [check]
 * @property {string[]} [notes]
 * @property {string} [message]
 * @property {Parameters<typeof createMismatch>[0]} [picture]
 *
 * @typedef {object} RowState
 * @property {TimeAxis} axis
 * @property {boolean} chosen
 * @property {string} steps
 * @property {number} [predicted]  seconds
 * @property {Result} [result]
 * @property {{ seconds: number, text: string } | null} [published]
 */

/**
 * A row of the ladder: { key, node, show(state) }. `onpredict(stop)` gets the index of the axis' stop dragged to.
 * @param {Rung} rung
 * @param {(stop: number) => void} onpredict
 * @param {{ compact: boolean }} options  compact: nothing to predict on
 */
export function createRow(rung, onpredict, { compact }) {
  const name = createName(rung);
  const track = createTrack(rung, onpredict);
  if (compact) track.hide();
  const found = createFindings();
  const node = h("li", { class: "wl-rung", "data-key": rung.key }, name.node, track.node, ...found.nodes, name.code);
  if (rung.unavailable) {
    node.classList.add("wl-unavailable");
    track.node.replaceChildren(h("span", {}, rung.unavailable));
  }
  return {
    key: rung.key,
    node,
    /** @param {RowState} state */
    show(state) {
      name.steps.textContent = state.steps;
      node.classList.toggle("wl-chosen", state.chosen);
      if (rung.unavailable) return;
      track.show(state);
      found.show(state);
    },
  };
}

/** The title, the steps of Python, and the code on demand: { node, steps, code }. */
function createName(rung) {
  const steps = h("span", {});
  const code = h("pre", { hidden: true }, h("code", {}, rung.code));
  const reveal = h(
    "button",
    {
      type: "button",
      class: "wl-reveal",
      "aria-expanded": "false",
      "aria-label": `code of ${rung.title}`,
      onclick: () => {
        code.hidden = !code.hidden;
        reveal.setAttribute("aria-expanded", String(!code.hidden));
      },
    },
    "code",
  );
  const node = h(
    "div",
    { class: "wl-name" },
    h("span", { class: "wl-title" }, rung.title),
    h("span", { class: "wl-steps" }, steps, reveal),
  );
  return { node, steps, code };
}

/** The prediction's slider over the bars of what was predicted, measured and published: { node, show(state) }. */
function createTrack(rung, onpredict) {
  const bar = h("div", { class: "wl-bar" });
  const guess = h("div", { class: "wl-guess" });
  const mark = h("div", { class: "wl-published" });
  const predict = h("input", {
    type: "range",
    step: 1,
    "aria-label": `your prediction for ${rung.title}`,
    oninput: () => onpredict(Number(predict.value)),
  });
  const hint = h("span", { class: "wl-hint wl-quiet", "aria-hidden": "true" }, "drag to predict");
  return {
    node: h("div", { class: "wl-track" }, h("div", { class: "wl-scale" }, guess, bar, mark), predict, hint),
    /** Nothing to drag. */
    hide() {
      predict.remove();
      hint.remove();
      guess.remove();
    },
    /** @param {RowState} state */
    show({ axis, predicted, result, published }) {
      const stop = predicted ? stopOf(axis, predicted) : 0;
      set(predict, { max: axis.stops.length - 1 });
      predict.value = String(stop);
      predict.setAttribute("aria-valuetext", predicted ? axis.stops[stop].text : "not predicted yet");
      predict.classList.toggle("wl-unset", !predicted);
      hint.hidden = Boolean(predicted || result?.seconds);
      guess.style.width = predicted ? percent(axis, predicted) : "0";

      bar.classList.toggle("wl-estimated", result?.state === "estimated");
      bar.style.width = result?.seconds > 0 ? percent(axis, result.seconds) : "0";
      mark.hidden = !published;
      if (published) {
        mark.style.left = percent(axis, published.seconds);
        mark.title = `2022: ${published.text}`;
      }
    },
  };
}

/** What was found, in columns and in words: { nodes, show(state) }. */
function createFindings() {
  const cells = Object.fromEntries(
    ["time", "speedup", "rate", "check"].map((name) => [name, h("span", { class: `wl-${name}` })]),
  );
  const notes = h("div", { class: "wl-notes", hidden: true });
  const message = h("div", { class: "wl-message", hidden: true });
  const speed = h("span", { class: "wl-speed" }, cells.speedup, cells.rate);
  return {
    nodes: [cells.time, speed, cells.check, notes, message],
    /** @param {RowState} state */
    show({ axis, predicted, result, published }) {
      for (const name of ["speedup", "rate", "check"]) cells[name].textContent = result?.[name] ?? "";
      const expected = predicted && axis.stops[stopOf(axis, predicted)].text;
      cells.time.className = `wl-time wl-state-${result?.state ?? "none"}`;
      cells.time.replaceChildren(
        result?.time ?? (expected ? h("span", { class: "wl-expected" }, `predicted ${expected}`) : ""),
        result?.spread ? h("span", { class: "wl-spread" }, result.spread) : "",
      );
      const lines = [...(result?.notes ?? []), ...(published ? [`2022: ${published.text}`] : [])];
      notes.replaceChildren(...lines.map((note) => h("span", {}, note)));
      notes.hidden = lines.length === 0;
      message.replaceChildren(
        ...(result?.message ? [h("p", {}, ...prose(result.message))] : []),
        ...(result?.picture ? [createMismatch(result.picture)] : []),
      );
      message.hidden = !result?.message;
    },
  };
}
