// Puts rows into another order, and shows where each of them goes.
import { prefersReducedMotion } from "../shared/view.js";

const MOVE_MS = 200;

/**
 * Make `nodes` the children of `list`, in this order; what has moved glides from where it was. What has the focus keeps
 * it, and the page does not scroll.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} nodes  its children
 */
export function arrange(list, nodes) {
  if (nodes.every((node, index) => node === list.children[index])) return;
  const before = nodes.map((node) => node.getBoundingClientRect().top);
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.append(...nodes);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (prefersReducedMotion()) return;
  for (const [index, node] of nodes.entries()) {
    const moved = before[index] - node.getBoundingClientRect().top;
    if (moved)
      node.animate?.([{ transform: `translateY(${moved}px)` }, {}], { duration: MOVE_MS, easing: "ease-in-out" });
  }
}
