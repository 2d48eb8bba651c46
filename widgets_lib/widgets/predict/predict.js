import { button } from "../shared/controls.js";
import { h, prose, set } from "../shared/dom.js";
import { createView } from "../shared/view.js";

const EXAMPLE = { shape: "a shape, as in (3, 1)", number: "a number" };

function render(context) {
  const { model } = context;
  const view = createView(context, "predict", "Predict, then see");
  const question = h("p", { class: "wl-question" });
  const form = h("form", { onsubmit: commit });
  const outcome = h("p", { class: "wl-outcome" });
  view.controls.remove();
  view.stage.append(question, form);
  view.caption.replaceChildren(outcome);
  let field;

  function commit(event) {
    event.preventDefault();
    const given = model.get("kind") === "choice" ? (field.querySelector(":checked")?.value ?? "") : field.value.trim();
    if (given) view.save({ given });
    else (field.focus ? field : field.querySelector("input")).focus();
  }

  // Each view needs a radio group of its own: two views of one model stand in one document.
  const group = `wl-predict-${Math.random().toString(36).slice(2)}`;

  function drawForm() {
    const kind = model.get("kind");
    question.replaceChildren(...prose(model.get("question")));
    if (kind === "choice") {
      const options = model
        .get("choices")
        .map((value) => h("label", {}, h("input", { type: "radio", name: group, value }), value));
      field = h("div", { class: "wl-choices", role: "radiogroup", "aria-label": model.get("question") }, ...options);
    } else {
      field = h("input", {
        type: "text",
        "aria-label": `${model.get("question")} Type ${EXAMPLE[kind]}`,
        placeholder: EXAMPLE[kind],
        autocomplete: "off",
      });
    }
    const check = h("button", { type: "submit", class: "wl-primary" }, "Predict");
    const again = button("Start again", () => view.save({ given: "", error: "" }));
    form.replaceChildren(field, check, again);
    draw();
  }

  function draw() {
    const verdict = model.get("verdict");
    const given = model.get("given");
    if (model.get("kind") === "choice")
      for (const radio of field.querySelectorAll("input")) radio.checked = radio.value === given;
    else if (given || !model.get("error")) field.value = given;
    form.lastChild.hidden = !given;
    set(outcome, { class: `wl-outcome ${verdict ? (model.get("right") ? "wl-right" : "wl-wrong") : ""}` });
    const words = verdict ? `${model.get("right") ? "✓" : "✗"} ${verdict} ${sentence(model.get("reason"))}` : "";
    outcome.replaceChildren(...prose(words));
  }

  view.listen(["question", "kind", "choices"], drawForm);
  view.listen(["given", "verdict", "right", "reason", "error"], draw);
  drawForm();
  return view.destroy;
}

function sentence(text) {
  if (!text) return "";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

export default { render };
