// The task above the drawing: what is asked, how far it is, and hints on demand.
import { button } from "./controls.js";
import { h, prose } from "./dom.js";

/**
 * { node, show(challenge) }
 * @param {() => void} onhint
 */
export function createChallenge(onhint) {
  const task = h("p", { class: "wl-task" });
  const message = h("p", { class: "wl-verdict", "aria-live": "polite" });
  const hints = h("ol", { class: "wl-hints" });
  const more = button("a hint", onhint);
  const node = h(
    "div",
    { class: "wl-challenge", role: "group", "aria-label": "challenge" },
    task,
    message,
    hints,
    more,
  );
  return {
    node,
    /** @param {any} challenge  empty if there is none */
    show(challenge) {
      node.hidden = !challenge.task;
      if (node.hidden) return;
      task.replaceChildren(...prose(challenge.task));
      message.replaceChildren(
        h(
          "span",
          { class: challenge.solved ? "wl-good" : "wl-quiet", "aria-hidden": "true" },
          challenge.solved ? "✓ " : "… ",
        ),
        ...prose(challenge.message),
      );
      hints.replaceChildren(...challenge.hints.map((/** @type {string} */ hint) => h("li", {}, ...prose(hint))));
      hints.hidden = !challenge.hints.length;
      more.disabled = !challenge.more;
      more.textContent = challenge.hints.length ? "another hint" : "a hint";
    },
  };
}
