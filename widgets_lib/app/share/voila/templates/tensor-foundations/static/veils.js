// What follows a question waits behind a veil until the question is answered or the reader asks to see it.
// In <head>, so that a veil is there before what it hides; `drawVeil` runs where one begins, as the page comes in.
"use strict";

let lessonPath = ""; // under which progress is kept
const answered = new Set(); // ids of question cells
const waived = new Set(); // ids of those whose answer was asked for without one

page.dataset.answers = memory.get("answers") === "shown" ? "shown" : "veiled";

/** @param {Element} section */
function drawVeil(section) {
  /** @type {HTMLElement} */
  const behind = section.querySelector(":scope > .behind");
  const open = questionsOf(section).every((id) => answered.has(id) || waived.has(id));
  section.classList.toggle("open", open);
  behind.inert = !open && page.dataset.answers === "veiled";
}

const drawVeils = () => document.querySelectorAll("#lesson .answer").forEach(drawVeil);
const questionsOf = (section) => section.getAttribute("data-for").split(" ");

/** The id of the notebook's cell that `node` is in; "" if it is in none. */
function cellOf(node) {
  const cell = node instanceof Element ? node.closest(".jp-Cell[id]") : null;
  return cell ? cell.id.replace(/^cell-id=/, "") : "";
}

/** A question's cell may ask several: it is answered when all of them are. */
function judgeCell(question) {
  const id = cellOf(question);
  if (!id) return;
  const all = !question.closest(".jp-Cell").querySelector(".wl-predict:not([data-answered])");
  if (answered.has(id) === all) return;
  if (all) answered.add(id);
  else answered.delete(id);
  changeProgress(lessonPath, (progress) => {
    progress.answered = progress.answered.filter((each) => each !== id).concat(all ? [id] : []);
  });
  drawVeils();
}

function showWithout(section) {
  const ids = questionsOf(section);
  for (const id of ids) waived.add(id);
  changeProgress(lessonPath, (progress) => {
    progress.waived = [...new Set([...progress.waived, ...ids])];
  });
  drawVeils();
  section.querySelector(":scope > .behind").focus({ preventScroll: true }); // the button is gone
}

/** Veil everything again, as if nothing had been answered. */
function resetVeils() {
  answered.clear();
  waived.clear();
  drawVeils();
}

/** @param {string} path  the lesson's, in the served folder */
function startVeils(path) {
  lessonPath = path;
  const progress = readProgress(path);
  progress.answered.forEach((id) => answered.add(id));
  progress.waived.forEach((id) => waived.add(id));
  document.addEventListener("wl-answered", ({ target }) => judgeCell(target));
  document.addEventListener("wl-cleared", ({ target }) => judgeCell(target));
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
