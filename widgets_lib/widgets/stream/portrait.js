// What the numbers of a generator look like: pairs, triples and figures.
import { h } from "../shared/dom.js";
import { createSquare } from "./plots.js";

/**
 * Returns { node, fields }; `fields` are the drawings that follow the draws.
 *
 * portrait        title, rules, facts, pattern: see RandomStream.picture
 * values, planes  arrays of `reach` and of two fewer numbers
 * n, side         how many draws are stepped through, and the side of a square
 * stage           "pairs" for these alone
 *
 * @param {{ portrait: any, values: Float64Array, planes: Float64Array, reach: number, n: number, side: number,
 *   stage: string } & import("./plots.js").Pointing} options
 */
export function createPortrait({ portrait, values, planes, reach, n, side, stage, onHighlight, onseek }) {
  const shared = { n, side, onHighlight, onseek };
  const { title, rules, facts, pattern } = portrait;
  const pairs = createSquare({
    ...shared,
    title: stage === "pairs" ? null : ["pairs: ", h("code", {}, "xₙ₊₁"), " over ", h("code", {}, "xₙ")],
    axis: "xₙ",
    upAxis: stage === "pairs" ? "xₙ₊₁" : "",
    across: values,
    up: values.subarray(1),
    range: [0, 1],
    ticks: [0, 1],
    first: 2,
    count: reach - 1,
    label: `${title}: each draw over the one before. ${pattern}`,
  });
  const group = { class: "wl-portrait", role: "group", "aria-label": title };
  const seen = h("p", { class: "wl-pattern" }, pattern);
  if (stage === "pairs") {
    const node = h("div", group, h("b", {}, title), h("div", { class: "wl-squares" }, pairs.node), seen);
    return { node, fields: [pairs] };
  }
  const triples = createSquare({
    ...shared,
    title: ["triples: ", h("code", {}, "9xₙ − 6xₙ₊₁ + xₙ₊₂")],
    axis: "xₙ",
    across: values,
    up: planes,
    range: [-6, 10],
    ticks: [-6, 0, 10],
    first: 3,
    count: reach - 2,
    label: `${title}: 9 times a draw minus 6 times the next plus the third, over the first. ${pattern}`,
  });
  const node = h(
    "div",
    group,
    h("p", { class: "wl-title" }, h("b", {}, title), ...rules.map((rule) => h("code", { class: "wl-quiet" }, rule))),
    h("div", { class: "wl-squares" }, pairs.node, triples.node),
    seen,
    h("dl", {}, ...facts.flatMap(createFact)),
  );
  return { node, fields: [pairs, triples] };
}

function createFact({ name, text, exact, even }) {
  const number = h("span", { class: "wl-mono", title: exact || null }, text);
  return [
    h("dt", {}, name),
    h("dd", {}, number, even && h("span", { class: "wl-quiet" }, ` (${even} if evenly spread)`)),
  ];
}
