// An iterator as a bookmark on a tape: press code, step through what was pressed, see what was taken.
import { createMore, iconButton } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createRoom, observeSize } from "../shared/resize.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { measures } from "./layout.js";
import { createNames, createPresses, createTake } from "./presses.js";
import { createScene, MOTION_MS } from "./scene.js";
import { createTranscript } from "./transcript.js";

/**
 * @param {import("./layout.js").TapeMoment} moment
 * @param {boolean} first  nothing has been pressed yet
 * @param {boolean} inTwo  the tape is too long to be drawn once
 */
function captionOf({ sentence, taken }, first, inTwo) {
  const strips = first && inTwo ? " Above is the part around the bookmark, below the whole tape." : "";
  const quiet = taken ? [" ", h("span", { class: "wl-quiet" }, `Taken so far: ${taken}.`)] : [];
  return [...prose(sentence), strips, ...quiet];
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "tape", "Iterator tape");
  const names = createNames(drawControls);
  const take = createTake({ oninput: drawControls, onchange: (text) => model.send({ take: text }) });
  const presses = createPresses(names.chosen, take.text, press);
  const player = createPlayer({ length: 0, onseek: show, signal: view.signal, name: "press" });
  player.node.firstChild.remove(); // its "start again" beside the widget's own, which takes the presses back
  const playing = h("fieldset", {}, player.node);
  const scene = createScene();
  const transcript = createTranscript();
  const board = h("div", { class: "wl-board" }, scene.node);
  const again = iconButton("restart", "Start again", restart);
  view.controls.append(take.node, ...presses.nodes, again, names.node, createMore(...presses.rare, playing));
  view.stage.append(h("div", { class: "wl-bench" }, board, transcript.node));
  view.root.addEventListener("keydown", player.keys);

  const room = createRoom(view, { element: board, fallback: 640, onchange: refit });
  observeSize(board, transcript.reveal, view.signal); // it has a height only then
  let follows = true; // the last moment is shown, and the next press will be
  let shownAt = null; // the moment that is drawn; null: one is about to be
  let drawnAt = -Infinity;
  let size = null; // of what is drawn

  const sizeNow = () => measures(model.get("picture"), room.width, model.get("take"));

  function press(made) {
    model.send(follows ? { press: made } : { press: made, after: player.position() });
    follows = true;
  }
  function restart() {
    model.send({ restart: true });
    drawTake(); // what was typed and refused
    player.seek(0);
  }

  function drawControls() {
    presses.show();
    if (size) scene.previewTake(names.chosen(), take.number());
  }
  function drawTake() {
    take.show(model.get("take"));
    drawControls();
    if (size && size.wide !== sizeNow().wide) refit();
  }
  function drawPicture() {
    const last = model.get("picture").moments.length - 1;
    shownAt = null;
    playing.disabled = last === 0;
    player.setLength(last);
    // As if the new press had been stepped to, wherever the view stood: its values travel.
    shownAt = last - 1;
    drawnAt = -Infinity;
    player.seek(last);
  }

  function show(at, { playing }) {
    if (shownAt === null) return;
    const picture = model.get("picture");
    const now = performance.now();
    const forward = at === shownAt + 1 && (playing || now - drawnAt > MOTION_MS);
    draw(picture, at, forward && !prefersReducedMotion());
    [shownAt, drawnAt] = [at, now];
    follows = at === picture.moments.length - 1;
    transcript.show(picture.moments, at);
    names.show(picture.moments[at].heads.flatMap((head) => head.names));
    drawControls();
  }
  /** The moment and the sentence on it; `moving`: its values travel. */
  function draw(picture, at, moving) {
    size = sizeNow();
    const inTwo = scene.show(picture, at, size, room.width, moving);
    view.caption.replaceChildren(...captionOf(picture.moments[at], at === 0, inTwo));
  }
  /** Draw the same moment again: there is more or less room, or another length of row to find room for. */
  function refit() {
    draw(model.get("picture"), player.position(), false);
    drawControls();
  }
  /** A press was refused: the next one follows the moment that is shown. */
  function drawError() {
    follows = player.position() === model.get("picture").moments.length - 1;
  }

  view.listen(["take"], drawTake);
  view.listen(["picture"], drawPicture);
  view.listen(["error"], drawError);
  drawTake();
  drawPicture();
  return view.destroy;
}

export default { render };
