// What the page says of Python: a line in the corner while somebody waits, a banner where it does not start.
import { keep } from "./offline.js";

const STARTING = "Python is starting in your browser …";
const FETCHING = "Fetching digits … ";
const BUSY = "Python is still computing. ";
const STOPPED = {
  asked: "Stopped. The widget is as it was before.",
  crashed: "Python stopped by itself and was started again. The widget is as it was before.",
};
const BROKEN =
  "Python does not start in this browser. You can still read, point and step; what needs computing does not answer.";
const READ_MS = 5_000; // how long a line stays that nobody waits for

const megabytes = (/** @type {number} */ bytes) => Math.ceil(bytes / 1e6);

/** A button in the line, which stays while its count changes: it may have the focus. @param {() => void} stop */
function offerStop(stop) {
  const line = document.getElementById("progress");
  if (line.querySelector("button")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Stop" });
  button.addEventListener("click", stop, { once: true });
  line.lastChild.before(button, " ");
}

/**
 * @param {(id: string) => void} redraw  draws a widget anew, which may wait for an answer that does not come
 * @returns {import("./python.js").Words}
 */
export function createWords(redraw) {
  /** @type {any} */
  let fading = 0;
  const quiet = () => {
    if (!fading) say("");
  };
  const show = (/** @type {string} */ text) => {
    clearTimeout(fading);
    fading = 0;
    say(text);
  };
  return {
    starting: () => show(STARTING),
    busy(stop) {
      show(BUSY);
      offerStop(stop);
    },
    fetching({ bytes, whole }, stop) {
      clearTimeout(fading);
      fading = 0;
      say(FETCHING, `${megabytes(bytes)} of at most ${megabytes(whole)} MB`);
      offerStop(stop);
    },
    quiet,
    stopped(reason, id) {
      if (id) redraw(id);
      show(STOPPED[reason]);
      fading = setTimeout(() => {
        fading = 0;
        quiet();
      }, READ_MS);
    },
    broken(reason) {
      console.warn(`Python does not start: ${reason}`);
      say("");
      warn(BROKEN, { reload: true });
    },
    fetched: keep,
  };
}
