// The lesson page's own behaviour, with or without a server: code switch, contents, anchors, what is said of Python.
// `startLesson` runs once the bar exists, long before the page has loaded; `completeLesson` and `finishLesson` are
// called by voila-page.js in the app, and at the end of a page without a server.
"use strict";

const REPAIR_MS = 100; // from a change in an output until it is repaired
// An output that says something without its code: not the bare value of a cell's last line.
const TELLING =
  ".jp-OutputArea-child:not(.jp-OutputArea-executeResult), " +
  ".jp-OutputArea-child.jp-OutputArea-executeResult > :not(.jp-OutputPrompt, .jp-RenderedText)";

// --- what is said: a line in the corner while something is awaited, a banner when something is wrong
function say(text, count = "") {
  const line = document.getElementById("progress");
  line.hidden = !text;
  if (line.firstChild?.textContent !== text) line.replaceChildren(text, document.createElement("span"));
  // Not for screen readers: it would be read seventy times.
  Object.assign(line.lastChild, { textContent: count, ariaHidden: "true" });
}

function warn(text, { reload }) {
  const banner = document.getElementById("banner");
  if (banner.dataset.says === text) return; // a screen reader need not repeat it
  banner.dataset.says = text;
  banner.textContent = text;
  banner.hidden = !text;
  if (!reload) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Reload" });
  button.addEventListener("click", () => location.reload());
  banner.append(" ", button);
}

function headings(selector) {
  return [...document.querySelectorAll(`#lesson .jp-MarkdownOutput > :is(${selector})`)];
}
const textOf = (heading) =>
  [...heading.childNodes]
    .filter((node) => !node.classList?.contains("anchor-link"))
    .map((node) => node.textContent)
    .join("")
    .trim();

// --- the page as it comes in
const lessonGrew = new MutationObserver(() => {
  growing ||= requestAnimationFrame(() => {
    growing = 0;
    fillContents(); // it measures: not for each of eighty cells that come at once
  });
});
let growing = 0;

/** Every cell is in the page. */
function completeLesson() {
  lessonGrew.disconnect();
  fillContents();
  startLinks();
}

/** Everything is drawn. */
function finishLesson() {
  page.dataset.lesson = "ready";
  say("");
  stayAtAnchor();
  markCurrent(); // drawn widgets have moved the headings
  markAnnounced();
  repairOutputs();
  lessonDrew.observe(document.querySelector("#lesson .cells"), { childList: true, subtree: true });
  addEventListener("resize", repairOutputs);
  addEventListener("projector", repairOutputs);
}

// --- what Jupyter's renderers leave out: a figure's text alternative, and scrolling by keyboard what is too wide
// Not at once: it measures, and a widget that draws would be laid out in the midst of it, at every change.
const lessonDrew = new MutationObserver(() => {
  repairing ||= setTimeout(repairOutputs, REPAIR_MS);
});
let repairing = 0;

function repairOutputs() {
  clearTimeout(repairing);
  repairing = 0;
  const figures = document.querySelectorAll(
    '#lesson .jp-RenderedImage img:not([alt]), #lesson .wl-figure svg[aria-label="Figure"]',
  );
  for (const figure of figures) {
    const section = headings("h1, h2, h3")
      .filter((heading) => heading.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING)
      .at(-1);
    const words = `Figure drawn by the code above it${section ? `, in “${textOf(section)}”` : ""}`;
    figure.setAttribute(figure.localName === "img" ? "alt" : "aria-label", words);
  }
  /** @type {NodeListOf<HTMLPreElement>} */
  const boxes = document.querySelectorAll("#lesson pre:not([aria-hidden=true])");
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// --- without code: what a text leads up to with a colon stays where nothing else of the cell would be left
function markAnnounced() {
  const cells = [...document.querySelectorAll("#lesson .jp-Cell")];
  for (const [at, cell] of cells.entries()) {
    if (!cell.matches(".jp-CodeCell")) continue;
    const before = cells[at - 1];
    const announced = !!before?.matches(".jp-MarkdownCell") && before.textContent.trim().endsWith(":");
    cell.classList.toggle("announced", announced && !cell.querySelector(TELLING));
  }
}

// --- contents: grows with the page; the section that is being read is marked
function fillContents() {
  const list = document.querySelector(".contents ol");
  const listed = list.children.length;
  for (const heading of headings("h2, h3").slice(listed)) {
    const link = Object.assign(document.createElement("a"), { href: `#${heading.id}`, textContent: textOf(heading) });
    const item = document.createElement("li");
    item.className = heading.localName === "h3" ? "deeper" : "";
    item.append(link);
    list.append(item);
    // An anchor is for the pointer: the keyboard has this list.
    heading.querySelector(".anchor-link")?.setAttribute("tabindex", "-1");
  }
  document.querySelector(".contents").toggleAttribute("hidden", !list.children.length);
  if (list.children.length > listed) markCurrent();
}

function markCurrent() {
  // What is in the upper third is being read. The heading that an address leads to stands at the top and counts there.
  const top = parseFloat(getComputedStyle(page).scrollPaddingTop) + 24;
  const reached = Math.max(top, innerHeight / 3);
  const sections = headings("h2, h3");
  let current = sections.findLastIndex((heading) => heading.getBoundingClientRect().top <= reached);
  const aim = sections.indexOf(aimOf(location.hash));
  const aimTop = sections[aim]?.getBoundingClientRect().top;
  if (aimTop >= 0 && aimTop <= top) current = aim;
  if (page.dataset.lesson && page.scrollTop > 0 && page.scrollTop + innerHeight >= page.scrollHeight - 2)
    current = sections.length - 1;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".contents a");
  links.forEach((link, at) => {
    if (at === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  document.querySelector(".contents .now").textContent = links[current]?.textContent ?? "";
  const list = document.querySelector(".contents ol");
  const link = links[current];
  if (!link) return;
  const below = link.offsetTop + link.offsetHeight - list.scrollTop - list.clientHeight;
  if (below > 0) list.scrollTop += below;
  else list.scrollTop = Math.min(list.scrollTop, link.offsetTop);
}

function startContents() {
  let due = false;
  addEventListener(
    "scroll",
    () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        markCurrent();
      });
    },
    { passive: true },
  );
  /** @type {HTMLDetailsElement} */
  const details = document.querySelector(".contents details");
  details.addEventListener("click", (event) => {
    if (event.target instanceof HTMLElement && event.target.localName === "a" && !details.classList.contains("wide"))
      details.open = false;
  });
}

// --- what is spread out on a wide page is folded on a narrow one
function foldWhereNarrow(details) {
  const wide = matchMedia(details.dataset.wide);
  const fold = () => {
    const spread = wide.matches && page.dataset.projector === "off";
    if (spread === details.classList.contains("wide")) return; // an open menu stays open
    details.classList.toggle("wide", spread);
    details.open = spread;
  };
  wide.addEventListener("change", fold);
  addEventListener("projector", fold);
  document.addEventListener("click", ({ target }) => {
    if (!details.contains(target)) close();
  });
  details.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !details.contains(relatedTarget)) close();
  });
  details.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || details.classList.contains("wide")) return;
    close();
    details.querySelector("summary").focus();
  });
  const close = () => {
    if (!details.classList.contains("wide")) details.open = false;
  };
  fold();
}

// --- arriving at a place in the lesson: what is drawn above it moves it down, so stay there until the reader moves
function stayAtAnchor() {
  const place = aimOf(location.hash);
  if (!place) return;
  const stay = new ResizeObserver(() => place.scrollIntoView());
  stay.observe(document.querySelector("#lesson .cells"));
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"])
    addEventListener(event, () => stay.disconnect(), { once: true, passive: true });
}

/** @param {string} path  the lesson's, in the served folder */
function startLesson(path) {
  const code = document.getElementById("code-switch");
  const showCode = (shown) => {
    page.dataset.code = shown ? "shown" : "hidden";
    code.setAttribute("aria-pressed", String(shown));
    code.title = shown ? "Hide the code" : "Show the code";
  };
  showCode(memory.get("code") !== "hidden");
  code.addEventListener("click", () => {
    showCode(page.dataset.code === "hidden");
    memory.set("code", page.dataset.code);
  });
  document.querySelectorAll("details[data-wide]").forEach(foldWhereNarrow);
  startContents();
  startVeils(path);
  startKeeping();
  lessonGrew.observe(document.querySelector("#lesson .cells"), { childList: true, subtree: true });
}
