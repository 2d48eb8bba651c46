// The graph: a box for each value, with its gradient under it, and an arrow to what it helps to make.
import { h, s, set, UNITS_PER_EM } from "../shared/dom.js";
import { headOf, layOut } from "./layout.js";
import { createMotion } from "./motion.js";

const em = (units) => `${units / UNITS_PER_EM}em`;

/**
 * Returns { node, build(picture, room), show(at, moves) }.
 * @param {object} on
 * @param {(name: string, text: string) => void} on.onset  an input was typed
 * @param {(node: number | null) => void} on.onlook  an input has the focus
 */
export function createGraph({ onset, onlook }) {
  const node = h("div", { class: "wl-graph", role: "group" });
  const motion = createMotion();
  let picture;
  let place;
  let boxes = [];
  let arrows = [];

  function build(next, room) {
    const same = picture?.nodes.every((each, at) => each.name === next.nodes[at]?.name);
    picture = next;
    place = layOut(picture.nodes, room);
    arrows = picture.arrows.map((arrow) => createArrow(arrow, place));
    const [width, height] = [place.width, place.height];
    const svg = s(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      ...arrows.map((each) => each.node),
    );
    set(node, { style: `width:${em(width)};height:${em(height)}` }).classList.toggle("wl-upright", place.upright);
    if (!same || !boxes.length || boxes.length !== picture.nodes.length)
      boxes = picture.nodes.map((each, at) => createBox(each, { onset, onlook: (on) => onlook(on ? at : null) }));
    boxes.forEach((box, at) => box.put(picture.nodes[at], place.centre(at), place.node));
    const old = node.querySelector("svg");
    if (old && same) old.replaceWith(svg);
    else node.replaceChildren(svg, ...boxes.map((box) => box.node), motion.node);
  }

  return {
    node,
    build,
    /**
     * @param {number} at  the moment
     * @param {boolean} moves  whether numbers travel
     */
    show(at, moves) {
      const moment = picture.moments[at];
      const made = new Set(picture.moments.slice(1, at + 1).map((each) => each.node));
      const backward = moment.kind === "backward";
      motion.stop();
      boxes.forEach((box, index) => {
        const there = made.has(index) || picture.nodes[index].typed !== "";
        const to = backward && picture.arrows[moment.arrows[0]].source === index;
        box.show(there, moment.grads[index], index === moment.node || to);
      });
      arrows.forEach((arrow, index) => {
        const lit = moment.arrows.includes(index);
        arrow.show(made.has(picture.arrows[index].target), lit, lit && backward);
        if (!moves || !lit) return;
        const { source } = picture.arrows[index];
        const ends = place.ends(picture.arrows[index]);
        const [from, to] = backward ? [ends[1], ends[0]] : ends;
        motion.travel(backward ? moment.product : picture.nodes[source].value, from, to);
      });
      set(node, { "aria-label": `graph, step ${at} of ${picture.moments.length - 1}: ${moment.said}` });
    },
  };
}

/** A value: { node, put(data, centre, size), show(there, grad, lit) }. */
function createBox(data, { onset, onlook }) {
  const isInput = data.typed !== "";
  const input = h("input", {
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": `${data.name}, an input`,
    onchange: () => onset(data.name, input.value),
    onfocus: () => onlook(true),
    onblur: () => onlook(false),
    onkeydown: (event) => {
      if (event.key === "Escape") input.value = data.typed;
    },
  });
  const value = h("b", {});
  const grad = h("span", { class: "wl-grad" });
  const node = h(
    isInput ? "label" : "div",
    { class: `wl-node${isInput ? " wl-is-input" : ""}` },
    h("span", { class: "wl-name" }, data.name),
    isInput ? input : value,
    grad,
  );
  return {
    node,
    put(next, [x, y], { width, height }) {
      if (isInput && (data.typed !== next.typed || !input.value)) input.value = next.typed;
      data = next;
      const [left, top] = [x - width / 2, y - height / 2];
      set(node, { style: `left:${em(left)};top:${em(top)};width:${em(width)};height:${em(height)}` });
    },
    show(there, number, lit) {
      value.textContent = there ? data.value : "";
      grad.replaceChildren(...(number === null ? [] : [h("span", {}, "grad "), number]));
      node.classList.toggle("wl-there", there);
      node.classList.toggle("wl-is-now", lit);
    },
  };
}

/** An arrow with its local gradient: { node, show(known, lit, backward) }. */
function createArrow(arrow, place) {
  const [from, to] = place.ends(arrow);
  const [x, y] = place.label(arrow);
  const width = arrow.local.length * 7.5 + 8;
  const head = s("path", { class: "wl-head" });
  const label = s(
    "g",
    { class: "wl-local" },
    s("rect", { x: x - width / 2, y: y - 9, width, height: 18, rx: 3 }),
    s("text", { x, y: y + 4 }, arrow.local),
    s("title", {}, arrow.formula),
  );
  const line = s("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1] });
  const node = s("g", { class: "wl-arrow" }, line, head, label);
  return {
    node,
    show(known, lit, backward) {
      node.classList.toggle("wl-is-now", lit);
      set(head, { d: backward ? headOf(to, from) : headOf(from, to) });
      label.style.visibility = known ? "" : "hidden";
    },
  };
}
