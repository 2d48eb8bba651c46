// What follows a question waits behind a veil until the question is answered or the reader asks to see it.
// In <head>, so that a veil is there before what it hides; `drawVeil` runs where one begins, as the page comes in.
"use strict";

const answered = new Set(); // ids of question cells
const waived = new Set(); // ids of those whose answer was asked for without one

page.dataset.answers = memory.get("answers") === "shown" ? "shown" : "veiled";

/** @param {Element} section */
function drawVeil(section) {
  /** @type {HTMLElement} */
  const behind = section.querySelector(":scope > .behind");
  const questions = section.getAttribute("data-for").split(" ");
  const open = questions.every((id) => answered.has(id) || waived.has(id));
  section.classList.toggle("open", open);
  behind.inert = !open && page.dataset.answers === "veiled";
}

const drawVeils = () => document.querySelectorAll("#lesson .answer").forEach(drawVeil);

/** The id of the notebook's cell that `node` is in; "" if it is in none. */
function cellOf(node) {
  const cell = node instanceof Element ? node.closest(".jp-Cell[id]") : null;
  return cell ? cell.id.replace(/^cell-id=/, "") : "";
}

// A cell may ask several questions: it is answered when all of them are.
function judgeCell(event) {
  const id = cellOf(event.target);
  const cell = event.target.closest(".jp-Cell");
  if (!id) return;
  const all = !cell.querySelector(".wl-predict:not([data-answered])");
  if (all) answered.add(id);
  else answered.delete(id);
  drawVeils();
}

function showWithout(section) {
  for (const id of section.getAttribute("data-for").split(" ")) waived.add(id);
  drawVeils();
  section.querySelector(":scope > .behind").focus({ preventScroll: true }); // the button is gone
}

function startVeils() {
  document.addEventListener("wl-answered", judgeCell);
  document.addEventListener("wl-cleared", judgeCell);
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.matches(".veil button")) showWithout(target.closest(".answer"));
  });
  const all = document.getElementById("answers-switch");
  if (!all) return;
  const show = (shown) => {
    page.dataset.answers = shown ? "shown" : "veiled";
    all.setAttribute("aria-pressed", String(shown));
    drawVeils();
  };
  show(page.dataset.answers === "shown");
  all.addEventListener("click", () => {
    show(page.dataset.answers !== "shown");
    memory.set("answers", page.dataset.answers);
  });
}
