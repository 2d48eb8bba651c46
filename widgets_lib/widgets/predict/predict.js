// A question with a typed or chosen answer; the verdict comes from the kernel.
import { button } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { dispatch, whenShown } from "../shared/page.js";
import { createRadioGroup } from "../shared/radio-group.js";
import { createView } from "../shared/view.js";

const EXAMPLE = { shape: "a shape, as in (3, 1)", number: "a number" };
const ROW_OF_CHOICES = 50; // characters; longer choices stand one below the other

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "predict", "Predict, then see");
  const question = h("p", { class: "wl-question" });
  const form = h("form", { onsubmit: commit, oninput: drawCheck });
  const outcome = h("p", { class: "wl-outcome" });
  view.controls.remove();
  view.stage.append(question, form);
  view.stage.after(view.error); // the form stays where it is
  view.caption.replaceChildren(outcome);
  let answer;
  let check;
  let again;

  function commit(event) {
    event.preventDefault();
    const given = answer.given();
    if (given) view.save({ given });
    else answer.focus();
  }

  function drawForm() {
    question.replaceChildren(...prose(model.get("question")));
    answer = createAnswer(model.get("kind"), model.get("question"), model.get("choices"));
    check = h("button", { type: "submit", class: "wl-primary" }, "Predict");
    again = button("Start again", startAgain);
    form.replaceChildren(answer.node, check, again);
    draw();
  }

  function startAgain() {
    answer.show("", false);
    answer.focus(); // the button goes
    view.save({ given: "", error: "" });
  }

  // Once there is a verdict, only another answer can be predicted.
  function drawCheck() {
    const done = Boolean(model.get("verdict")) && answer.given() === model.get("given");
    const focused = form.ownerDocument.activeElement === check;
    check.textContent = model.get("verdict") ? "Predict again" : "Predict";
    check.hidden = done;
    if (done && focused) again.focus();
  }

  function draw() {
    const verdict = model.get("verdict");
    const given = model.get("given");
    answer.show(given, Boolean(model.get("error")));
    again.hidden = !given;
    drawCheck();
    const mark = model.get("right") ? h("span", { class: "wl-right" }, "✓") : h("span", { class: "wl-wrong" }, "✗");
    const words = prose(` ${verdict} ${sentence(model.get("reason"))}`);
    outcome.replaceChildren(...(verdict ? [mark, ...words] : []));
    announce();
  }

  // A page that waits for the prediction hears of it, once the view is in the page.
  function announce() {
    const answered = Boolean(model.get("verdict"));
    if (!view.root.isConnected || answered === view.root.hasAttribute("data-answered")) return;
    view.root.toggleAttribute("data-answered", answered);
    dispatch(view.root, answered ? "wl-answered" : "wl-cleared", {});
  }

  view.listen(["question", "kind", "choices"], drawForm);
  view.listen(["given", "verdict", "right", "reason", "error"], draw);
  drawForm();
  whenShown(view.root, announce, view.signal);
  return view.destroy;
}

/**
 * Where the answer is typed or chosen: { node, given(), show(given, failed), focus() }. What could not be read
 * (`failed`) stays in its field.
 * @param {string} kind
 * @param {string} question
 * @param {string[]} choices
 */
function createAnswer(kind, question, choices) {
  if (kind === "choice") {
    const options = choices.map((value) => ({ value }));
    const long = choices.join("").length > ROW_OF_CHOICES;
    const className = long ? "wl-choices wl-column" : "wl-choices";
    const group = createRadioGroup({ label: question, options, className });
    const focus = () => group.radios[0].input.focus();
    return { node: group.node, given: group.chosen, show: (given) => group.choose(given), focus };
  }
  const field = h("input", {
    type: "text",
    "aria-label": `${question} Type ${EXAMPLE[kind]}`,
    placeholder: EXAMPLE[kind],
    autocomplete: "off",
  });
  return {
    node: field,
    given: () => field.value.trim(),
    show(given, failed) {
      if (given || !failed) field.value = given;
    },
    focus: () => field.focus(),
  };
}

function sentence(text) {
  if (!text) return "";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

export default { render };
