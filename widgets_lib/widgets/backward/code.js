// The program and the engine's three lines, and the arithmetic of the step that was taken.
import { h } from "../shared/dom.js";

/** Returns { node, build(lines), show(lit) }. */
export function createCode() {
  const node = h("pre", { class: "wl-code", "aria-label": "the program" });
  let lines = [];
  return {
    node,
    /** @param {string[]} code */
    build(code) {
      lines = code.map((line) => h("code", { class: "wl-line" }, line));
      node.replaceChildren(...lines);
    },
    /** @param {number[]} lit  lines of this step, the one that runs last */
    show(lit) {
      lines.forEach((line, at) => {
        line.classList.toggle("wl-ran", lit.includes(at));
        line.classList.toggle("wl-now", at === lit.at(-1));
      });
    },
  };
}

/** What this step computes, a line for each way to write it: { node, show(parts) }. */
export function createEquation() {
  const node = h("div", { class: "wl-equation" });
  return {
    node,
    /** @param {string[]} parts */
    show(parts) {
      node.replaceChildren(
        ...parts.flatMap((part, at) => [
          h("span", { "aria-hidden": at ? null : "true" }, at ? "=" : ""),
          at === parts.length - 1 ? h("b", {}, part) : h("span", {}, part),
        ]),
      );
    },
  };
}
