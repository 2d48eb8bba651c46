// The tree: tiles to be dragged onto each other. A press chooses a tile, a second one contracts the two; so do Enter
// and the arrow keys.
import { drawing, h, s, set } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { layOut } from "./layout.js";

const MOVED = 6; // drawing units: less is a press, and no drag
const LETTER = 8; // width of one

/**
 * { node, show(picture, room) }.
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(first: number, second: number) => void} options.oncontract
 * @param {(node: number) => void} options.onapart
 * @param {(hint: string) => void} options.onhint  what a contraction would cost, "" for none
 */
export function createTree({ signal, oncontract, onapart, onhint }) {
  const node = h("div", { class: "wl-tree" });
  /** @type {Map<string, any>} */
  let tiles = new Map(); // by the operands in them, so that a tile moves to its new place
  /** @type {any} */
  let picture = null;
  /** @type {any} */
  let layout = null;
  let reached = ""; // the key of the tile that Tab reaches
  const all = () => [...tiles.values()];
  const tileOf = (/** @type {Element | null} */ element) => all().find((tile) => tile.element === element);
  /** @param {{ target: any }} event */
  const tileAt = ({ target }) => tileOf(target.closest?.(".wl-tile"));
  const choice = createChoice({ tiles: all, oncontract, onhint });
  const drag = createDrag(node, {
    unit: () => (node.querySelector("svg")?.getBoundingClientRect().width || 1) / (layout?.width || 1),
    tileAt,
    choice,
    signal,
  });

  /**
   * @param {any} next
   * @param {number} room
   */
  function show(next, room) {
    drag.stop();
    const moves = next !== picture; // else only the room has changed
    picture = next;
    const held = node.contains(/** @type {any} */ (node.getRootNode()).activeElement) ? reached : null;
    const before = tiles;
    layout = layOut(picture.nodes, room);
    tiles = new Map(picture.nodes.map((each) => [each.leaves.join(), createTile(each, layout.tile, onapart)]));
    const svg = drawing(layout.width, layout.height, picture.words.label, ...edges(picture.nodes, layout));
    set(svg, { role: "group" });
    svg.append(...layout.toCome.map((/** @type {object} */ place) => outline(place, layout.tile)));
    svg.append(...all().map((tile) => tile.element));
    node.replaceChildren(svg);
    for (const [key, tile] of tiles) move(tile, layout.places.get(tile.id), moves && before.get(key)?.place);
    choice.show(picture);
    const roving = createRovingFocus(svg, {
      items: all().map((tile) => tile.element),
      next: (item, towards, key) => neighbour(all(), tileOf(item), towards, key)?.element,
      onHighlight: (item) => choice.look(tileOf(item)?.id ?? null),
      onStop: (item) => {
        reached = [...tiles].find(([, tile]) => tile.element === item)?.[0] ?? "";
      },
    });
    const again = held === null ? null : (tiles.get(held) ?? all().at(-1));
    if (!again) return;
    roving.moveTo(again.element);
    again.element.focus({ preventScroll: true });
  }

  set(node, {
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const tile = tileAt(event);
      if (!tile) return;
      if (event.key === "Escape") choice.clear();
      else if (event.key === "Enter" || event.key === " ") choice.press(tile.id);
      else if ((event.key === "Delete" || event.key === "Backspace") && tile.made) onapart(tile.id);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  return { node, show };
}

/**
 * The tile that is chosen, by a press or while it is dragged, and the one it would be contracted with.
 * @param {object} options
 * @param {() => any[]} options.tiles
 * @param {(first: number, second: number) => void} options.oncontract
 * @param {(hint: string) => void} options.onhint
 */
function createChoice({ tiles, oncontract, onhint }) {
  /** @type {any} */
  let picture = null;
  /** @type {number | null} */
  let chosen = null;

  /** @param {number | null} target */
  function mark(target) {
    for (const { element, id } of tiles()) {
      set(element, { "aria-pressed": String(id === chosen) });
      element.classList.toggle("wl-is-chosen", id === chosen);
      element.classList.toggle("wl-is-target", id === target && chosen !== null && id !== chosen);
    }
    onhint(chosen === null ? "" : hint(picture, chosen, target));
  }
  const choice = {
    /** @param {any} next  the picture is another one, so nothing is chosen */
    show(next) {
      picture = next;
      chosen = null;
    },
    /** @param {number | null} id */
    choose(id) {
      chosen = id;
      mark(null);
    },
    clear() {
      if (chosen !== null) choice.choose(null);
    },
    /** @param {number | null} target */
    over(target) {
      if (chosen !== null) mark(target);
    },
    /** @param {number | null} target  looked at; the chosen tile under a pointer that rests is no other target */
    look(target) {
      if (target !== null && target !== chosen) choice.over(target);
    },
    /** @param {number} id */
    press(id) {
      if (chosen === null) choice.choose(id);
      else choice.drop(id);
    },
    /** @param {number | null} target  the chosen tile is put there; on itself or nothing, it goes back */
    drop(target) {
      const first = chosen;
      choice.choose(null);
      if (first !== null && target !== null && target !== first) oncontract(first, target);
    },
  };
  return choice;
}

/** What contracting `chosen` with `target` would mean, in the words that Python has for it. */
function hint(picture, chosen, target) {
  const [first, second] = [chosen, target].map((id) => picture.nodes[id]);
  if (!second || chosen === target) return "Now choose the array to contract it with.";
  const known = picture.choices.find(({ pair }) => pair.includes(chosen) && pair.includes(target));
  if (known) return known.text;
  return first.leaves.some((leaf) => second.leaves.includes(leaf))
    ? "One is part of the other, so these two can’t be contracted."
    : "Contract these two, and take apart what was made of them before.";
}

/** One node as a tile: { id, made, element, place }. */
function createTile(node, tile, onapart) {
  const made = node.children.length > 0;
  const middle = tile.width / 2;
  const letters = [...node.letters].map((letter, at) => s("tspan", { class: `wl-${node.tones[at]}` }, letter));
  const element = s(
    "g",
    {
      class: `wl-tile${node.free ? " wl-free" : ""}`,
      role: "button",
      "aria-pressed": "false",
    },
    s("title", {}, node.name), // its name: an aria-label would have to repeat the letters as they are drawn
    s("rect", { width: tile.width, height: tile.height, rx: 4 }),
    s(
      "text",
      { x: middle, y: 21, class: "wl-letters" },
      node.title && s("tspan", { class: "wl-quiet" }, `${node.title}: `),
      ...(letters.length ? letters : [s("tspan", { class: "wl-quiet" }, "scalar")]),
    ),
    s(
      "text",
      { x: middle, y: made ? 37 : 42, class: LETTER * (node.shape.length + 2) > tile.width ? "wl-tight" : null },
      node.shape,
    ),
    made &&
      s(
        "text",
        { x: middle, y: 52, class: "wl-cost wl-word wl-quiet" },
        tile.wide ? `${node.cost} operations` : node.cost,
      ),
  );
  if (made) {
    const apart = s(
      "g",
      { class: "wl-apart", onclick: () => onapart(node.id), "aria-hidden": "true" },
      s("rect", { x: tile.width - 24, width: 24, height: 24 }),
      s("path", { d: `M${tile.width - 16} 8l8 8m0 -8l-8 8` }),
      s("title", {}, "take apart (Delete)"),
    );
    element.append(apart);
  }
  return { id: node.id, made, element, place: null };
}

/** The outline of a result that is still to be made. */
const outline = (place, { width, height }) => s("rect", { class: "wl-to-come", ...place, width, height, rx: 4 });

/** Lines from what is contracted to what it makes. */
function edges(nodes, { places, tile }) {
  return nodes.flatMap(({ id, children }) =>
    children.map((child) => {
      const [from, to] = [places.get(child), places.get(id)];
      const [x, y, bottom] = [from.x + tile.width / 2, from.y + tile.height, to.y];
      const end = to.x + tile.width / 2;
      return s("path", { class: "wl-edge", d: `M${x} ${y}C${x} ${bottom} ${end} ${y} ${end} ${bottom}` });
    }),
  );
}

/** Put a tile in its place, coming from where it was. */
function move(tile, place, before) {
  tile.place = place;
  const at = ({ x, y }) => `transform:translate(${x}px,${y}px)`;
  if (before) {
    set(tile.element, { style: at(before) });
    tile.element.getBoundingClientRect(); // the browser takes note of where it comes from
  }
  set(tile.element, { style: at(place) });
}

/** Where an arrow key leads: along a row, and up or down to the nearest tile of another row. */
function neighbour(tiles, from, towards, key) {
  if (key === "Home") return tiles[0];
  if (key === "End") return tiles.at(-1);
  const [down, right] = towards;
  const distance = ({ place }) => Math.hypot(place.x - from.place.x, place.y - from.place.y);
  const there = tiles.filter(({ place }) =>
    down ? (place.y - from.place.y) * down > 0 : (place.x - from.place.x) * right > 0,
  );
  return there.sort((one, other) => distance(one) - distance(other))[0] ?? from;
}

/** Dragging by pointer: { stop() }. Coordinates are drawing units. */
function createDrag(node, { unit, tileAt, choice, signal }) {
  /** @type {any} */
  let held = null;
  const put = ({ element, place }, x = 0, y = 0) =>
    set(element, { style: `transform:translate(${place.x + x}px,${place.y + y}px)` });
  function under(event) {
    const elements = node.getRootNode().elementsFromPoint?.(event.clientX, event.clientY) ?? [];
    return elements.map((target) => tileAt({ target })).find((tile) => tile && tile !== held.tile)?.id ?? null;
  }
  function stop() {
    held?.tile.element.classList.remove("wl-dragged");
    held = null;
  }
  function start(event) {
    const tile = tileAt(event);
    if (!tile || event.button || event.target.closest(".wl-apart")) return;
    held = { tile, x: event.clientX, y: event.clientY, moved: false };
    node.setPointerCapture?.(event.pointerId);
  }
  function move(event) {
    if (!held) return;
    const [x, y] = [(event.clientX - held.x) / unit(), (event.clientY - held.y) / unit()];
    if (!held.moved && Math.hypot(x, y) < MOVED) return;
    if (!held.moved) {
      held.moved = true;
      held.tile.element.classList.add("wl-dragged");
      held.tile.element.parentNode.append(held.tile.element); // above the others
      choice.choose(held.tile.id);
    }
    put(held.tile, x, y);
    choice.over(under(event));
  }
  function drop(event) {
    if (!held) return;
    const { tile, moved } = held;
    const target = under(event);
    stop();
    if (!moved) return choice.press(tile.id);
    put(tile);
    choice.drop(target);
  }
  function cancel() {
    if (held) put(held.tile);
    stop();
    choice.clear();
  }
  node.addEventListener("pointerdown", start, { signal });
  node.addEventListener("pointermove", move, { signal });
  node.addEventListener("pointerup", drop, { signal });
  node.addEventListener("pointercancel", cancel, { signal });
  return { stop };
}
