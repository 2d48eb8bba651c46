// The presses as at a Python prompt.
import { h } from "../shared/dom.js";

/** Returns { node, show(moments, at), reveal() }. */
export function createTranscript() {
  const list = h("ol");
  const node = h("div", { class: "wl-transcript", tabindex: 0, role: "group", "aria-label": "transcript" }, list);

  /** Scroll to the line of the moment, the region alone and not the page. */
  function reveal() {
    const line = /** @type {HTMLElement} */ (list.querySelector(".wl-now"));
    const above = line.offsetTop - node.scrollTop;
    const below = above + line.offsetHeight - node.clientHeight;
    if (above < 0) node.scrollTop += above;
    else if (below > 0) node.scrollTop += below;
  }

  /**
   * @param {import("./layout.js").TapeMoment[]} moments
   * @param {number} at
   */
  function show(moments, at) {
    const lines = moments.map(({ code, result, raised }, nth) =>
      h(
        "li",
        { class: nth === at ? "wl-now" : nth > at ? "wl-later" : "", "aria-current": nth === at ? "step" : null },
        h("span", { class: "wl-quiet" }, ">>> "),
        h("code", {}, code),
        result && h("div", { class: raised ? "wl-raised" : "" }, result),
      ),
    );
    list.replaceChildren(...lines);
    reveal();
  }

  return { node, show, reveal };
}
