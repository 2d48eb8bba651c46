// A generator's state as dials, one for each component, and the line on which their fractions are added.
import { drawing, h, s, set } from "../shared/dom.js";
import { grouped } from "../shared/format.js";

const DIAL = 84; // width and height of a dial
const RADIUS = 32;
const LINE = 280; // the line of the sum
const SHAPES = [
  () => s("circle", { r: 5 }),
  () => s("rect", { x: -4.5, y: -4.5, width: 9, height: 9 }),
  () => s("path", { d: "M0 -6L6 5H-6Z" }),
];

/** As many digits as the reader needs; the exact number is its title. */
export const short = (number) => number.toFixed(4);
/** So short, and the exact number where the pointer rests on it. */
export const exactly = (number) => h("span", { title: String(number) }, short(number));
const shape = (component) => SHAPES[component]();
/** A component's shape, to stand in a line of text. */
const marker = (component) =>
  s("svg", { viewBox: "-8 -8 16 16", class: "wl-shape", "aria-hidden": "true" }, shape(component));

/**
 * The cards of a generator: { node, result, show(draw, moving) }.
 *
 * components   for each its multiplier, increment, modulus and divisor
 * show         `draw` is { number, before, products, after, fractions, total, value }; without products, nothing was
 *              drawn yet. `moving` is +1 or −1 where the hands turn on or back by one draw, 0 where they jump.
 * result       the element that holds the number drawn
 */
export function createCards(components) {
  const cards = components.map(createCard);
  const sum = createSum(components.length);
  const result = h("b", { class: "wl-result" });
  const equation = h("p", { class: "wl-equation" });
  const total = h("div", { class: "wl-total" }, equation, sum.node);
  const node = h(
    "div",
    { class: "wl-cards", style: `--cards:${components.length}` },
    ...cards.map((card) => card.node),
    total,
  );
  return {
    node,
    result,
    show(draw, moving) {
      node.classList.toggle("wl-moving", moving !== 0);
      cards.forEach((card, at) => card.show(draw, at, moving));
      const drawn = draw.products !== null;
      sum.show(drawn ? draw : null);
      if (!drawn) {
        result.textContent = "";
        equation.replaceChildren("Nothing is drawn yet.");
        return;
      }
      set(result, { title: String(draw.value) }).replaceChildren(short(draw.value));
      const terms = [...draw.fractions].flatMap((fraction, at) => [
        at ? " + " : "",
        h("span", { class: "wl-term" }, marker(at), exactly(fraction)),
      ]);
      const sums =
        components.length > 1
          ? [
              " = ",
              exactly(draw.total),
              " ",
              h("span", { class: "wl-term" }, h("span", { class: "wl-quiet" }, "mod 1 = "), result),
            ]
          : [" = ", result];
      equation.replaceChildren(...terms, ...sums);
    },
  };
}

function createCard({ multiplier, increment, modulus, divisor }, component) {
  const name = `component ${component + 1}`;
  const ring = { r: RADIUS, pathLength: 1 };
  const arc = s("circle", { ...ring, class: "wl-arc", transform: "rotate(-90)" });
  const before = s("g", { class: "wl-before" }, s("path", { d: `M0 0V-${RADIUS}` }));
  const hand = s(
    "g",
    { class: "wl-hand" },
    s("path", { d: `M0 0V-${RADIUS}` }),
    s("g", { transform: `translate(0 -${RADIUS})` }, shape(component)),
  );
  const dial = drawing(
    DIAL,
    DIAL,
    name,
    s("circle", { ...ring, class: "wl-ring" }),
    s("path", { class: "wl-zero", d: `M0 -${RADIUS + 5}v10` }),
    arc,
    before,
    hand,
  );
  set(dial, { viewBox: `${-DIAL / 2} ${-DIAL / 2} ${DIAL} ${DIAL}` });
  const work = h("div", { class: "wl-work" });
  let turns = 0; // the hand's angle, past 1 where it has gone round: so that it never turns back through the ring

  return {
    node: h("figure", { class: "wl-card" }, dial, h("div", {}, h("figcaption", {}, marker(component), name), work)),
    show({ before: was, products, after, fractions, fractionsBefore }, at, moving) {
      const share = fractions[at];
      turns =
        Math.floor(turns) + share + (moving > 0 && share < turns % 1 ? 1 : moving < 0 && share > turns % 1 ? -1 : 0);
      hand.style.transform = `rotate(${turns}turn)`;
      before.style.transform = `rotate(${fractionsBefore?.[at] ?? 0}turn)`;
      before.style.visibility = products ? "visible" : "hidden";
      arc.style.strokeDasharray = `${share} 1`;
      const x = grouped(after[at]);
      const [m, d] = [grouped(modulus), grouped(divisor)];
      const c = increment ? ` + ${grouped(increment)}` : "";
      const lines = products
        ? [
            `${grouped(multiplier)} · ${grouped(was[at])}${c} = ${grouped(products[at])}`,
            ["mod ", m, " = ", h("b", {}, x)],
          ]
        : [["x = ", h("b", {}, x)], `x → ${grouped(multiplier)} · x${c} mod ${m}`];
      lines.push([x, " / ", d, " = ", exactly(share)]);
      const rows = lines.map((line) => h("p", {}, ...[line].flat()));
      work.replaceChildren(...rows);
      set(dial, { "aria-label": `${name}: ${rows.map((row) => row.textContent).join("; ")}` });
    },
  };
}

/** The fractions end to end on a line from 0 to `count`, and what is left beyond the last whole number. */
function createSum(count) {
  const X = (value) => 8 + (value / count) * (LINE - 16);
  const parts = Array.from({ length: count }, (_, at) => ({
    bar: s("rect", { class: `wl-part wl-part-${at}`, y: 22, height: 16 }),
    sign: s("g", { class: "wl-sign" }, shape(at)),
  }));
  const rest = s("rect", { class: "wl-rest", y: 20, height: 20 });
  const ticks = Array.from({ length: count + 1 }, (_, whole) => [
    s("path", { class: "wl-tick", d: `M${X(whole)} 16v28` }),
    s("text", { class: "wl-quiet", x: X(whole), y: 58, "text-anchor": "middle" }, String(whole)),
  ]).flat();
  const marks = s("g", {}, ...parts.flatMap(({ bar, sign }) => [bar, sign]), rest);
  const node = drawing(LINE, 64, "the fractions end to end", ...ticks, marks);
  const span = (rect, from, to) => set(rect, { x: X(from), width: X(to) - X(from) });
  return {
    node,
    show(draw) {
      set(marks, { visibility: draw ? "visible" : "hidden" });
      if (!draw) return;
      let from = 0;
      parts.forEach(({ bar, sign }, at) => {
        span(bar, from, from + draw.fractions[at]);
        sign.style.transform = `translate(${X(from + draw.fractions[at] / 2)}px, 10px)`;
        from += draw.fractions[at];
      });
      span(rest, draw.total - draw.value, draw.total);
      set(node, {
        "aria-label":
          `The fractions end to end reach ${short(draw.total)}; ` +
          `beyond the last whole number lies ${short(draw.value)}.`,
      });
    },
  };
}
