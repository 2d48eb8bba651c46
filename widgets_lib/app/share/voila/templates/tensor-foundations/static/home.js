// The course home: how far the reader is in each lesson, the way back to the place, and forgetting it all.
"use strict";

function drawProgress() {
  let begun = false;
  /** @type {NodeListOf<HTMLElement>} */
  const cards = document.querySelectorAll(".card[data-lesson]");
  for (const card of cards) {
    const { answered, waived, widgets } = readProgress(card.dataset.lesson);
    const questions = card.dataset.questions.split(" ").filter(Boolean);
    const done = questions.filter((id) => answered.includes(id)).length;
    const next = questions.find((id) => !answered.includes(id) && !waived.includes(id));
    const here = Boolean(answered.length || waived.length || Object.keys(widgets).length);
    begun ||= here;
    card.querySelector(".minutes")?.toggleAttribute("hidden", here);
    const count = card.querySelector(".questions");
    if (count) count.textContent = here ? `${done} of ${questions.length} answered` : count.getAttribute("data-all");
    card.querySelector(".continue")?.remove();
    if (here && next) card.querySelector(".time").append(linkTo(card, `cell-id=${next}`));
  }
  document.getElementById("forget").hidden = !begun;
}

/** The link to a place in the lesson of a card. */
function linkTo(card, place) {
  const lesson = card.querySelector("h3 a");
  const link = Object.assign(document.createElement("a"), {
    className: "continue",
    textContent: "Continue",
    href: lesson.href,
  });
  link.hash = place;
  link.setAttribute("aria-label", `Continue ${lesson.textContent}`);
  return link;
}

function startHome() {
  const line = document.getElementById("forgotten");
  document.getElementById("forget").addEventListener("click", () => {
    const undo = forgetProgress(keptLessons());
    drawProgress();
    line.hidden = false;
    const button = line.querySelector("button");
    button.onclick = () => {
      undo();
      line.hidden = true;
      drawProgress();
      document.getElementById("forget").focus();
    };
    button.focus();
  });
  drawProgress();
  addEventListener("pageshow", drawProgress); // back from a lesson
  addEventListener("storage", drawProgress); // a lesson in another tab
}
