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
      const isGood = challenge.now ?? challenge.solved; // what was solved once may stand wrong now
      message.replaceChildren(
        h("span", { class: isGood ? "wl-good" : "wl-quiet", "aria-hidden": "true" }, isGood ? "✓ " : "○ "),
        ...prose(challenge.message),
      );
      hints.replaceChildren(...challenge.hints.map((/** @type {string} */ hint) => h("li", {}, ...prose(hint))));
      hints.hidden = !challenge.hints.length;
      more.disabled = !challenge.more;
      more.textContent = challenge.hints.length ? "another hint" : "a hint";
    },
  };
}
