// Loss and accuracy by epoch, a line for each run: both axes of height are logarithmic, for accuracy in what is wrong.
import { drawing, h, s } from "../shared/dom.js";

const HEIGHT = 230; // drawing units
const EDGE = { left: 46, right: 24, top: 26, bottom: 40 };
const WIDEST = 420;
const LABEL = 13; // drawing units that a number at the end of a curve takes
const LOSSES = [0.01, 0.03, 0.1, 0.3, 1, 3];
const ACCURACIES = [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99];
const DASHES = ["", "8 3", "2 3", "8 3 2 3", "14 4", "4 6"];

/** Returns { node, show(picture, chosen, room) }. */
export function createCharts() {
  const node = h("div", { class: "wl-charts" });
  return {
    node,
    show({ runs, epochs, said }, chosen, room) {
      const width = Math.min(WIDEST, room);
      const loss = {
        title: "mean loss of the batches (log scale)",
        marks: LOSSES.map((at) => [at, String(at)]),
        share: (value) => place(value, 0.01, 3),
        pick: (point) => point[1],
      };
      const right = {
        title: "test accuracy (log scale of the errors)",
        marks: ACCURACIES.map((at) => [at, String(at)]),
        share: (value) => 1 - place(1 - value, 0.008, 0.6),
        pick: (point) => point[2],
      };
      const charts = [loss, right].map((chart) => draw(chart, { runs, epochs, chosen, width, said }));
      node.replaceChildren(...charts);
    },
  };
}

/** How far up a value stands between two others on a logarithmic axis, kept within it. */
function place(value, low, high) {
  const share = Math.log(Math.max(value, low) / low) / Math.log(high / low);
  return Math.min(1, share);
}

function draw({ title, marks, share, pick }, { runs, epochs, chosen, width, said }) {
  const [left, right, top, bottom] = [EDGE.left, width - EDGE.right, EDGE.top, HEIGHT - EDGE.bottom];
  const X = (epoch) => left + (epoch / epochs) * (right - left);
  const Y = (value) => bottom - share(value) * (bottom - top);
  const every = Math.ceil(epochs / 6);
  const columns = [];
  for (let epoch = 0; epoch <= epochs; epoch += every) columns.push(epoch);
  const order = [...runs.keys()].sort((a, b) => Number(a === chosen) - Number(b === chosen)); // the chosen one on top
  return drawing(
    width,
    HEIGHT,
    `${title}, by epoch. ${said}`,
    ...marks.map(([value, text]) =>
      s(
        "g",
        { class: "wl-mark" },
        s("line", { x1: left, y1: Y(value), x2: right, y2: Y(value) }),
        s("text", { class: "wl-quiet", x: left - 6, y: Y(value) + 4, "text-anchor": "end" }, text),
      ),
    ),
    ...columns.map((epoch) =>
      s("text", { class: "wl-quiet", x: X(epoch), y: bottom + 16, "text-anchor": "middle" }, String(epoch)),
    ),
    s("text", { class: "wl-title", x: left, y: 14 }, title),
    s("text", { class: "wl-title", x: (left + right) / 2, y: bottom + 32, "text-anchor": "middle" }, "epochs"),
    ...order.map((at) => curveOf(runs[at], at, at === chosen, { X, Y, pick })),
    ...labelsOf(runs, { X, Y, pick }),
  );
}

/** The number of each run at the end of its curve; one that would cover another gives way downwards. */
function labelsOf(runs, { X, Y, pick }) {
  const ends = runs
    .filter(({ curve }) => curve.length)
    .map(({ curve, number }) => {
      const last = curve[curve.length - 1];
      return { number, x: X(last[0]) + 6, y: Y(pick(last)) + 4 };
    })
    .sort((a, b) => a.y - b.y);
  ends.forEach((end, at) => {
    const above = ends.slice(0, at).filter((other) => Math.abs(other.x - end.x) < LABEL);
    end.y = Math.max(end.y, ...above.map((other) => other.y + LABEL));
  });
  return ends.map(({ number, x, y }) => s("text", { x, y }, String(number)));
}

function curveOf({ curve, number, title }, at, chosen, { X, Y, pick }) {
  if (!curve.length) return null;
  const points = curve.map((point) => [X(point[0]), Y(pick(point))]);
  const [x, y] = points[points.length - 1];
  const d = `M${points.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L")}`;
  return s(
    "g",
    { class: `wl-curve${chosen ? " wl-is-chosen" : ""}` },
    s("title", {}, `run ${number}: ${title}`),
    s("path", { d, "stroke-dasharray": DASHES[at % DASHES.length] || null }),
    s("circle", { cx: x, cy: y, r: 3 }),
  );
}
