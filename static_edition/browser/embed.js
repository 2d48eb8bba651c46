// One widget of the lesson alone, for a frame in somebody else's page, which is told how high it is.

export const MESSAGE = "tensor-foundations"; // what the frame's page hears: { "tensor-foundations": name, height }

/**
 * The widget that is asked for: `strides-2` is the second StrideExplorer, `strides` the first.
 * @param {HTMLElement[]} places
 * @param {string} name
 */
export function findPlace(places, name) {
  const whole = /-\d+$/.test(name) ? name : `${name}-1`;
  return places.find((place) => place.dataset.model === whole) ?? null;
}

/** Hide all but `node` and what it stands in. @param {Element} node */
function isolate(node) {
  for (let each = node; each !== document.body; each = each.parentElement) {
    for (const other of each.parentElement.children)
      if (other !== each && !other.matches("script, link, style")) other.classList.add("is-not-embedded");
  }
  const behind = /** @type {HTMLElement | null} */ (node.closest(".behind"));
  if (behind) {
    behind.inert = false;
    behind.closest(".answer").classList.add("open");
  }
  document.documentElement.classList.add("is-alone");
}

/** @param {HTMLElement} place */
function sourceOf(place) {
  const cell = place.closest(".jp-Cell");
  const link = Object.assign(document.createElement("a"), { target: "_blank", rel: "noopener" });
  link.textContent = document.querySelector(".bar .title")?.textContent ?? document.title;
  link.href = `${location.pathname}${cell?.id ? `#${cell.id}` : ""}`;
  const line = document.createElement("p");
  line.className = "embed-source";
  line.append("From ", link, ", Tensor Foundations");
  return line;
}

/** What there is, where another name was asked for. @param {HTMLElement[]} places @param {string} name */
function listNames(places, name) {
  const list = document.createElement("p");
  list.className = "embed-source failed";
  const asked = name ? `There is no widget “${name}” in this lesson.` : "No widget is named.";
  list.append(`${asked} There is: `);
  places.forEach((place, at) => {
    const id = place.dataset.model;
    const link = Object.assign(document.createElement("a"), { textContent: id, href: `?embed=${id}` });
    list.append(at ? ", " : "", link);
  });
  list.append(".");
  return list;
}

/** @param {string} name */
function tellHeight(name) {
  if (parent === window) return;
  let told = 0;
  const observer = new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    parent.postMessage({ [MESSAGE]: name, height }, "*"); // no secret: a number
  });
  observer.observe(document.body);
}

/**
 * Show the widget alone, or words where there is none of that name; returns the places to be mounted.
 * @param {HTMLElement[]} places
 * @param {string} name
 */
export function embed(places, name) {
  const place = findPlace(places, name);
  if (place) {
    const line = sourceOf(place);
    place.after(line);
    isolate(place);
    line.classList.remove("is-not-embedded");
  } else {
    const words = listNames(places, name);
    document.body.append(words);
    isolate(words);
  }
  tellHeight(name);
  return place ? [place] : [];
}
