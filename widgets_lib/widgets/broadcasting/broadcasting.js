import { button, dropdown, icon, iconButton } from "../shared/controls.js";
import { drawing, h, prose, s, set } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { createView, prefersReducedMotion } from "../shared/view.js";

const MOTION_MS = 240;
const ROOMY = 6; // up to so many rows and columns are drawn in large cells
const VERDICTS = { equal: "= equal", stretched: "↔ stretched", padded: "+ padded", clash: "✗ clash" };
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const signed = (text) => (text.startsWith("−") ? `(${text})` : text);
const joined = (parts, separator) => parts.flatMap((part, at) => (at ? [separator, part] : [part])).flat();
const toned = (letter, text) => h("span", letter ? { class: `wl-${letter}` } : {}, text);

/** The name of the k-th element of a panel, indices in the colours of their axes: c[2]. */
function element(panel, k) {
  if (!panel.index[k]) return [panel.name];
  const indices = panel.index[k].split(", ").map((index, axis) => toned(panel.tones[axis], index));
  return [`${panel.name}[`, ...joined(indices, ", "), "]"];
}

/**
 * An array as a figure: its name, its shape, its cells.
 * `elements[p]` is the element that the drawn cell p reads, -1 for none; `onlook(p)` is called when a cell gets the
 * pointer or the focus, and with null when both left; `words(p)` is what a screen reader says of a cell.
 */
function createPanel({ panel, shown, size, elements, label, words, onlook }) {
  const home = panel.home ?? elements;
  const kind = (p) => (elements[p] < 0 ? "wl-hole" : home[elements[p]] === p ? "" : "wl-ghost");
  const facets = createFacets({ shown, size, kind, text: (p) => panel.texts[elements[p]] ?? "" });
  const { cells } = facets;
  const ghosts = groupGhosts(facets, (p) => (kind(p) === "wl-ghost" ? home[elements[p]] : p));
  const arrows = createArrows(panel, shown, facets, size);
  const svg = drawing(facets.width + arrows.right, facets.height + arrows.below, label, facets.node, ...arrows.nodes);
  set(svg, { role: "group" }); // its cells are things to stand on, which an image could not hold
  const node = h(
    "figure",
    {},
    h(
      "figcaption",
      {},
      h("code", {}, panel.code),
      h("span", { class: "wl-quiet wl-mono" }, panel.seen ? `${panel.shape} → ${panel.seen}` : panel.shape),
    ),
    cells.length ? svg : h("p", { class: "wl-none wl-quiet" }, "no elements"),
  );

  let stop = 0; // the cell that Tab reaches
  let focused = null;
  const place = (event) => {
    const cell = event.target.closest?.(".wl-cell");
    return cell ? Number(cell.dataset.p) : null;
  };
  const reach = (p) => {
    set(cells[stop], { tabindex: null, "data-lm-suppress-shortcuts": null });
    stop = p;
    set(cells[stop], { tabindex: 0, role: "img", "aria-label": words(stop), "data-lm-suppress-shortcuts": "true" });
  };
  if (cells.length) reach(0);
  // On the figure: Chromium makes an SVG element that listens to focus a tab stop of its own.
  set(node, {
    onpointerover: (event) => onlook(place(event) ?? focused),
    onpointerleave: () => onlook(focused),
    onpointerdown: (event) =>
      place(event) !== null && (reach(place(event)), cells[stop].focus({ preventScroll: true })),
    onfocusin: (event) => onlook((focused = place(event))),
    onfocusout: () => onlook((focused = null)),
    onkeydown: (event) => {
      const move = MOVES[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      reach(facets.beside(stop, ...move));
      cells[stop].focus();
    },
  });
  return {
    node,
    cells,
    point: facets.point,
    /** Ghost cells slide out of the real cell they repeat. */
    stretch() {
      for (const { group, x, y } of ghosts) {
        group.animate?.([{ transform: `translate(${-x}px, ${-y}px)` }, { transform: "none" }], {
          duration: MOTION_MS,
          easing: "ease-out",
        });
      }
    },
  };
}

/**
 * Put the cells that stand the same way off from the cell they repeat into one group, so that few things move: a list
 * of { group, x, y }. The groups lie under the real cells, for that is where they come from.
 */
function groupGhosts({ node, cells, place }, homeOf) {
  const groups = new Map();
  cells.forEach((cell, p) => {
    const home = homeOf(p);
    if (home === p) return;
    const [x, y] = place(p).map((at, axis) => at - place(home)[axis]);
    const key = `${x} ${y}`;
    if (!groups.has(key)) groups.set(key, { group: s("g"), x, y });
    groups.get(key).group.append(cell);
  });
  node.prepend(...[...groups.values()].map(({ group }) => group));
  return [...groups.values()];
}

/** Along each axis that is stretched an arrow in its colour, from the real cells over the ghosts: { nodes, right, below }. */
function createArrows(panel, shown, facets, size) {
  if (!facets.cells.length) return { nodes: [], right: 0, below: 0 };
  // The last cell along each axis, from the right: columns, rows, facets. Null where nothing is stretched.
  let step = 1;
  const [columns, rows, across] = shown
    .map((indices) => indices.length - 1)
    .reverse()
    .map((last, at) => {
      const end = facets.place(last * step);
      step *= last + 1;
      return panel.stretched?.at(-at - 1) && last > 0 ? end : null;
    });
  const [x, y] = facets.place(0).map((corner) => corner + size / 2);
  const width = shown.at(-1)?.length ?? 1;
  const height = shown.at(-2)?.length ?? 1;
  const right = facets.place(width - 1)[0] + size + 8;
  const below = facets.place(width * height - 1)[1] + size + 8;
  const nodes = [
    columns && arrow("j", `M${x} ${below}H${columns[0] + size / 2}`, "l-5 -4m5 4l-5 4"),
    rows && arrow("i", `M${right} ${y}V${rows[1] + size / 2}`, "l-4 -5m4 5l4 -5"),
    across && arrow("k", `M${x} ${below + (columns ? 10 : 0)}H${across[0] + size / 2}`, "l-5 -4m5 4l-5 4"),
  ];
  return { nodes: nodes.filter(Boolean), right: rows ? 16 : 0, below: (columns ? 16 : 0) + (across ? 12 : 0) };
}

const arrow = (letter, shaft, head) =>
  s("path", { class: `wl-arrow wl-${letter}`, d: shaft + head, "aria-hidden": "true" });

/** The shapes lined up at the right, one row each, with a field to type in: { node, rows, show(picture, …) }. */
function createTable({ onshape, onremove, onadd }) {
  const head = h("tr");
  const verdict = h("tr", { class: "wl-verdicts" });
  const result = h("tr", { class: "wl-result" });
  const body = h("tbody");
  const add = button("add an operand", onadd);
  const node = h(
    "div",
    { class: "wl-lined-up" },
    h(
      "table",
      { "aria-label": "The shapes, lined up at the right" },
      h("thead", {}, head),
      body,
      h("tfoot", {}, verdict, result),
    ),
    add,
  );
  const rows = [];

  function row(at) {
    const name = h("th", { scope: "row" });
    const field = h("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      onchange: () => onshape(at, field.value),
    });
    const remove = button("✕", () => onremove(at));
    const end = h("td", { class: "wl-end" }, remove);
    return { name, field, remove, end, node: h("tr", {}, name, h("td", {}, field), end) };
  }

  return {
    node,
    /** The texts of the fields, and which of them could not be read. */
    write(texts, invalid) {
      while (rows.length > texts.length) rows.pop().node.remove();
      while (rows.length < texts.length) body.append(rows[rows.push(row(rows.length)) - 1].node);
      rows.forEach(({ field }, at) => {
        if (field.value !== texts[at]) field.value = texts[at];
        set(field, { "aria-invalid": invalid.includes(at) ? "true" : null });
      });
    },
    show({ expression, operands, axes, shape, room }) {
      head.replaceChildren(
        h("td"),
        h("th", { scope: "col" }, "shape"),
        ...axes.map(({ label, name, tone }) =>
          h(
            "th",
            { scope: "col", class: tone ? `wl-${tone}` : "wl-quiet" },
            h("span", { class: "wl-mono" }, `axis ${label}`),
            h("span", {}, name),
          ),
        ),
        h("td"),
      );
      rows.forEach(({ name, field, remove, end, node: line }, at) => {
        const code = operands[at]?.code ?? "";
        name.replaceChildren(h("code", {}, code));
        set(field, { "aria-label": `shape of ${code}` });
        set(remove, { "aria-label": `remove ${code}`, title: `remove ${code}` });
        remove.hidden = rows.length < 3;
        const sizes = axes.map((axis) => {
          const { text, padded, stretched } = axis.sizes[at] ?? { text: "" };
          const marks = [axis.verdict === "clash" && text !== "1" && "wl-clash", padded && "wl-padded"]
            .filter(Boolean)
            .join(" ");
          return h(
            "td",
            { class: `wl-size ${marks}`, title: padded ? "no axis here: counts as 1" : null },
            h("span", {}, text),
            stretched && h("span", { class: "wl-quiet" }, ` → ${axis.size}`),
          );
        });
        for (const old of line.querySelectorAll(".wl-size")) old.remove(); // the field stays where it is, with its focus
        end.before(...sizes);
      });
      verdict.replaceChildren(
        h("td"),
        h("td"),
        ...axes.map((axis) =>
          h(
            "td",
            { class: axis.verdict === "clash" ? "wl-clash" : "wl-quiet", title: axis.message },
            VERDICTS[axis.verdict],
          ),
        ),
        h("td"),
      );
      result.replaceChildren(
        h(
          "th",
          { scope: "row", colspan: 2 },
          h("code", {}, expression),
          h("span", { class: shape ? "wl-mono" : "wl-clash" }, shape || "no result"),
        ),
        ...axes.map(({ size, tone }) =>
          h("td", { class: `wl-size ${size ? (tone ? `wl-${tone}` : "") : "wl-clash"}` }, size || "✗"),
        ),
        h("td"),
      );
      add.disabled = !room;
    },
  };
}

/** The rule that applies to each axis, and what would repair a clash: { node, show(picture) }. */
function createRules({ onrepair }) {
  const rules = h("ul", { class: "wl-rules", "aria-label": "the rule, axis by axis from the right" });
  const title = h("p", { class: "wl-quiet" });
  const list = h("ul", { class: "wl-repairs" });
  const repairs = h("div", { role: "group", "aria-label": "repairs" }, title, list);
  return {
    node: h("div", { class: "wl-side" }, rules, repairs),
    show(picture) {
      const { axes } = picture;
      rules.replaceChildren(
        ...axes
          .map(({ label, tone, verdict, message }) =>
            h(
              "li",
              { class: verdict === "clash" ? "wl-clash" : "" },
              h("span", { class: `wl-mono ${tone ? `wl-${tone}` : "wl-quiet"}` }, `axis ${label}`),
              " ",
              h("span", {}, message),
            ),
          )
          .reverse(), // the rule starts at the right
      );
      repairs.hidden = !picture.repairs.length;
      title.textContent = picture.repairs.some((repair) => repair.applied)
        ? "Repaired. Press it again to undo it, or try another:"
        : "What repairs it:";
      const focused = [...list.querySelectorAll("button")].indexOf(list.getRootNode().activeElement);
      list.replaceChildren(
        ...picture.repairs.map((repair, at) =>
          h(
            "li",
            {},
            button(h("code", {}, repair.code), () => onrepair(at), { "aria-pressed": String(repair.applied) }),
            h(
              "span",
              {},
              ...prose(`gives ${repair.shape}. ${repair.message}`),
              ...(repair.also ? prose(` Also \`${repair.also}\`.`) : []),
              ...(repair.numpy ? prose(` In numpy \`${repair.numpy}\`.`) : []),
            ),
          ),
        ),
      );
      list.querySelectorAll("button")[focused]?.focus();
    },
  };
}

/** The operators as radio buttons: { node, show(key) }. */
function createOperators(operators, onchoose) {
  const group = `wl-operator-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const inputs = operators.map(({ key, title }) =>
    h("input", {
      type: "radio",
      name: group,
      value: key,
      class: "wl-visually-hidden",
      "aria-label": title,
      onchange: () => onchoose(key),
    }),
  );
  const node = h(
    "div",
    { class: "wl-operators wl-mono", role: "radiogroup", "aria-label": "operator" },
    ...operators.map(({ symbol, title }, at) => h("label", { title }, inputs[at], symbol)),
  );
  return { node, show: (key) => inputs.forEach((input) => (input.checked = input.value === key)) };
}

function render(context) {
  const { model } = context;
  const view = createView(context, "broadcasting", "Broadcast explorer");
  const get = (name) => model.get(name);
  const act = (action, argument = true) => model.send({ [action]: argument });

  const own = { value: "", text: "your own shapes" };
  const presets = dropdown(
    "example",
    [own, ...get("presets").map(({ key, title, about }) => ({ value: key, text: `${title} · ${about}` }))],
    get("preset"),
    (preset) => preset && view.save({ preset }),
  );
  const operators = createOperators(get("operators"), (operator) => view.save({ operator }));
  const again = button("stretch again", stretch);
  again.prepend(icon("play"));
  const restart = iconButton("restart", "start again", () => act("restart"));
  const table = createTable({
    onshape: (at, text) => view.save({ shapes: get("shapes").map((old, index) => (index === at ? text : old)) }),
    onremove: (at) => act("remove", at),
    onadd: () => act("add"),
  });
  const rules = createRules({ onrepair: (at) => act("repair", at) });
  const scene = h("div", { class: "wl-panels", role: "group", "aria-label": "operands and result" });
  view.controls.append(restart, presets.node, operators.node, again);
  view.stage.append(h("div", { class: "wl-top" }, table.node, rules.node), scene);

  let picture;
  let panels = []; // one for each operand, then the result's if there is one
  let lit = [];

  function drawControls() {
    table.write(get("shapes"), get("invalid_operands"));
    operators.show(get("operator"));
    presets.select.value = get("preset");
    presets.select.firstChild.hidden = get("preset") !== "";
  }

  function drawPicture() {
    picture = get("picture");
    drawControls();
    table.show(picture);
    rules.show(picture);
    const { operands, result, shown } = picture;
    const longest = Math.max(
      1,
      ...[...operands, ...(result ? [result] : [])].flatMap((panel) => panel.texts.map((text) => text.length)),
    );
    const least = Math.max(...shown.slice(-2).map((indices) => indices.length), 0) > ROOMY ? 32 : 44;
    const size = Math.max(least, 4 * Math.ceil((longest * 8 + 8) / 4));
    again.hidden = prefersReducedMotion();
    again.disabled = !operands.some((operand) => operand.reader.length > operand.home.length);
    lit = [];
    panels = operands.map((panel, at) =>
      createPanel({
        panel,
        shown,
        size,
        elements: panel.reader,
        label: alternative(panel),
        words: (p) => plain(describeOperand(at, p)),
        onlook: (p) => look(at, p),
      }),
    );
    if (result) {
      const elements = result.texts.map((_, p) => p);
      panels.push(
        createPanel({
          panel: result,
          shown,
          size,
          elements,
          label: alternative(result),
          words: (p) => plain(equation(p)),
          onlook: (p) => look(operands.length, p),
        }),
      );
      if (picture.comparison)
        result.texts.forEach((text, p) => panels.at(-1).cells[p].classList.toggle("wl-true", text === "True"));
    }
    const none = h(
      "figure",
      {},
      h("figcaption", {}, h("code", {}, picture.expression)),
      h("p", { class: "wl-none wl-clash" }, "✗ no result"),
    );
    scene.replaceChildren(
      ...[...panels.map(({ node }) => node), ...(result ? [] : [none])].map((node, at) =>
        h(
          "div",
          { class: "wl-term" },
          at ? h("span", { class: "wl-between wl-mono" }, at < operands.length ? picture.symbol : "=") : null,
          node,
        ),
      ),
    );
    drawCaption();
  }

  function stretch() {
    if (!prefersReducedMotion()) for (const panel of panels) panel.stretch();
  }

  // ---- looking at a cell: what made it, or what it makes ----

  function look(which, p) {
    for (const cell of lit) cell.classList.remove("wl-on", "wl-source");
    for (const panel of panels) panel.point(null);
    lit = [];
    if (p === null) return drawCaption();
    const { operands, result } = picture;
    if (result && which === operands.length) {
      light(panels[which].cells[p]);
      for (const panel of panels) panel.point(p);
      operands.forEach((operand, at) => {
        light(panels[at].cells[p]);
        light(panels[at].cells[operand.home[operand.reader[p]]], "wl-source");
      });
      view.caption.replaceChildren(...equation(p));
      return;
    }
    const { reader, home } = operands[which];
    reader.forEach((k, at) => {
      if (k !== reader[p] || k < 0) return;
      light(panels[which].cells[at]);
      if (result) light(panels[operands.length].cells[at]);
    });
    if (reader[p] >= 0) light(panels[which].cells[home[reader[p]]], "wl-source");
    view.caption.replaceChildren(...describeOperand(which, p));
  }
  function light(cell, ...more) {
    cell.classList.add("wl-on", ...more);
    lit.push(cell);
  }

  /** (m + c)[1, 2] = m[1, 2] + c[2] = 6 + 30 = 36, as nodes; a comparison says “is”. */
  function equation(p) {
    const { operands, result, comparison, operator, symbol } = picture;
    const code = (...parts) => h("code", {}, ...parts);
    const names = joined(
      operands.map((operand) => element(operand, operand.reader[p])),
      ` ${operator} `,
    );
    const values = operands.map((operand) => signed(operand.values[operand.reader[p]])).join(` ${symbol} `);
    const outcome = h("b", {}, result.values[p]);
    if (comparison)
      return [code(...element(result, p)), " is ", code(...names), ": ", code(values), " is ", code(outcome), "."];
    return [code(...element(result, p), " = ", ...names, " = ", values, result.rounded[p] ? " ≈ " : " = ", outcome)];
  }

  function describeOperand(which, p) {
    const operand = picture.operands[which];
    const k = operand.reader[p];
    if (k < 0) return [h("code", {}, operand.code), ` has no element here: its shape is ${operand.shape}.`];
    const reads = operand.reads ? `, one number in memory; it ${operand.reads}.` : ".";
    return [h("code", {}, ...element(operand, k)), " is ", h("b", {}, h("code", {}, operand.values[k])), reads];
  }

  const plain = (nodes) => nodes.map((node) => node.textContent ?? node).join("");
  const alternative = ({ code, shape, seen }) => `${code}, shape ${shape}${seen ? `, stretched to ${seen}` : ""}`;

  function drawCaption() {
    view.caption.replaceChildren(...prose(picture.summary));
  }

  view.listen(["shapes", "operator", "preset", "invalid_operands", "presets", "operators"], drawControls);
  view.listen(["picture"], () => {
    drawPicture();
    stretch();
  });
  drawPicture();
  return view.destroy;
}

export default { render };
