// A link to what a widget shows: its inputs stand in the address's fragment, and go through the widget's own check when
// somebody arrives with it. What such a widget shows is not kept as the reader's own. In <head>, before keep.js.
"use strict";

const LINK = "#state.1="; // the version of what is written; of another one nothing is read
const MAX_LINK_LETTERS = 6_000; // browsers take more, chat programs and mail hardly
const UNREADABLE = "The state in this link can’t be read, so the lesson is as you left it.";
const NO_WIDGET = "This link leads to a widget that is not in this lesson.";
const REFUSED = "The state in this link doesn’t fit the widget any more, so the widget is as it was made.";
const COPIED = "Copied: a link to what this widget shows now.";
const BY_HAND = "Copy this link to what the widget shows now:";
const FAILED = "A link would lead to what can’t be used here: mend it first.";
const TOO_LARGE = "What this widget shows is too large for a link.";

/**
 * @typedef {object} Linked
 * @property {string} [cell]  the id of the widget's cell
 * @property {string} [place]  where the cell holds several: as `placeOf` has it
 * @property {object} [inputs]
 * @property {string} [problem]  in words
 */

/** @param {string} fragment */
function readLink(fragment) {
  if (!fragment.startsWith("#state.")) return {};
  const [, id, which = "", text] = /^#state\.1=([\w-]+)(\/\d+)?:([\w-]+)$/.exec(fragment) ?? [];
  if (!id || fragment.length > MAX_LINK_LETTERS) return { problem: UNREADABLE };
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const inputs = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!inputs || typeof inputs !== "object" || Array.isArray(inputs)) return { problem: UNREADABLE };
    return { cell: id, place: which && id + which, inputs };
  } catch {
    return { problem: UNREADABLE };
  }
}

/**
 * @param {string} place
 * @param {object} inputs
 */
function stateLink(place, inputs) {
  const bytes = new TextEncoder().encode(JSON.stringify(inputs));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const text = btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${location.origin}${location.pathname}${LINK}${place}:${text}`;
}

/** @type {Linked} */
const linked = readLink(location.hash);
/** @type {Set<string>} places whose widgets came with a link */
const arrived = new Set();

/** The inputs that the link has for the widget at this place, if any; they are given once. */
function takeLinked(place) {
  if (!linked.inputs || (linked.place || linked.cell) !== (linked.place ? place : place.split("/")[0])) return null;
  const { inputs } = linked;
  linked.inputs = null;
  arrived.add(place);
  return inputs;
}

/** The widget says that the link's state doesn't fit it. */
function refuseLinked(place) {
  if (arrived.delete(place)) tell(REFUSED);
}

/** What the address leads to: a heading, or the cell of a link, or the veil that it waits behind; else null. */
function aimOf(fragment) {
  let id = linked.cell && fragment.startsWith(LINK) ? `cell-id=${linked.cell}` : fragment.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    return null; // no name of anything here
  }
  const aim = id ? document.getElementById(id) : null;
  const veil = aim?.closest(".answer:not(.open)")?.querySelector(":scope > .veil");
  return veil && page.dataset.answers === "veiled" ? veil : aim;
}

/** Say it in the corner until it is read. */
function tell(text, ...more) {
  const line = document.getElementById("told");
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "OK" });
  close.addEventListener("click", () => {
    line.hidden = true;
  });
  line.replaceChildren(text, " ", ...more, " ", close);
  line.hidden = false;
}

/** Whether its cell holds no other widget: asked late, for the cell's others may be drawn after this one. */
function isAlone(root) {
  const cell = root.closest(".jp-Cell");
  return cell.querySelectorAll(".tf-widget").length <= 1 && cell.querySelectorAll(".wl").length === 1;
}

/** Offer the link in a row of its own below the widget. */
function offerLink(root, { place, latest }) {
  if (root.matches(".wl-predict")) return; // a prediction is for its reader to make
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "quiet",
    textContent: "Copy a link to this state",
  });
  button.addEventListener("click", () => copyLink(isAlone(root) ? cellOf(root) : place, latest()));
  const row = document.createElement("p");
  row.className = "link-row";
  row.append(button);
  root.append(row);
}

async function copyLink(place, { inputs, failed }) {
  if (failed) return tell(FAILED);
  const link = stateLink(place, inputs);
  if (link.length - link.indexOf("#") > MAX_LINK_LETTERS) return tell(TOO_LARGE);
  try {
    await navigator.clipboard.writeText(link);
    tell(COPIED);
  } catch {
    // without permission, or on a page that came by plain http
    const field = Object.assign(document.createElement("input"), { value: link, readOnly: true, ariaLabel: "link" });
    tell(BY_HAND, field);
    field.select();
  }
}

/** Once every cell is in the page. */
function startLinks() {
  if (linked.problem) tell(linked.problem);
  else if (linked.cell && !document.getElementById(`cell-id=${linked.cell}`)) tell(NO_WIDGET);
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#state.")) location.reload(); // a widget takes what is kept, or linked, once
  });
}
