// Where the things of the tape stand, in drawing units.
import { clamp } from "../shared/format.js";

/**
 * @typedef {{ number: number, position: number, names: string[] }} Head
 *
 * @typedef {object} TapeMoment
 * @property {string} code
 * @property {string} result
 * @property {boolean} raised
 * @property {[number, number][]} spans  what the calls read, [start, stop)
 * @property {number} head  the number of the head that moved
 * @property {Head[]} heads
 * @property {string} sentence
 * @property {string} taken
 *
 * @typedef {{ texts: string[], exact: string[], grey: number[] | null, moments: TapeMoment[] }} Picture
 *
 * @typedef {{ wide: number, high: number, row: number, gap: number }} Sizes
 *   The width and height of a cell on the tape, the height of a row and the gap between rows.
 * @typedef {ReturnType<typeof layOut>} Layout
 */

export const LEFT = 32; // room for the numbers of rows
const RIGHT = 32; // and for what stands behind the last cell
export const LANE = 28; // height of a read head's name above the tape
export const LETTER = 8; // width of one
const PIXEL = [6, 12]; // side of a grey level's cell: at least, at most
const CELL = [24, 36]; // and width of a text's, which long texts widen
const BRACKETS = 32; // height of what the calls read, under the tape
const WHOLE = 52; // height of the whole tape, under the window on it

/**
 * The sizes of what is drawn of these values. Cells have room for the longest text, and shrink if that shows the whole
 * tape in `width`, or else the longest row: one that was taken, or the next `take`.
 * @param {Pick<Picture, "texts" | "grey"> & { moments: Pick<TapeMoment, "spans">[] }} picture
 * @param {number} width
 * @param {number} take
 * @returns {Sizes}
 */
export function measures({ texts, grey, moments }, width, take) {
  const letters = Math.max(0, ...texts.map((text) => text.length));
  const [least, most] = grey
    ? PIXEL
    : [Math.max(CELL[0], LETTER * letters + 4), Math.max(CELL[1], LETTER * letters + 12)];
  const room = width - LEFT - RIGHT;
  const rows = [texts.length, take, ...moments.flatMap(({ spans }) => spans.map(([from, to]) => to - from))];
  const longest = Math.max(...rows.filter((length) => length && length * least <= room));
  const wide = clamp(Math.floor(room / longest), least, most);
  return grey ? { wide, high: 24, row: wide, gap: 0 } : { wide, high: 36, row: 32, gap: 8 };
}

/** How many cells have room in `width`. */
export const fitting = (width, wide, count) => clamp(Math.floor((width - LEFT - RIGHT) / wide), 3, Math.max(3, count));

/** First cell of the window on the tape: the one before if it shows the stretch from `from` to `to`, else around it. */
export function windowOn(before, from, to, fit, count) {
  const shows = before !== null && from >= before && to <= before + fit;
  const start = shows ? before : to - from < fit ? from - Math.floor((fit - (to - from)) / 3) : to - fit;
  return clamp(start, 0, Math.max(0, count - fit));
}

/** The head that a moment is about. */
const readerOf = ({ heads, head }) => heads.find(({ number }) => number === head) ?? heads[0];

/**
 * The layout of a moment.
 *
 * position       the head that the moment is about
 * start, stop    the window on the tape, of at most `fit` cells
 * x(index)       where the cell of that index begins; just outside the window for those beyond it
 * lanes, top     of the read heads' names, and where the tape begins under them
 * bracketsY, wholeY, rowsY   of what stands below it
 * place(index), share, barsY   on the whole tape, if it is longer than the window: where a value stands, the width of
 *                one, and the bars under it
 *
 * @param {Picture} picture
 * @param {number} at  the moment
 * @param {Sizes} size
 * @param {number} room
 * @param {number | null} before  the start of the window as it was
 */
export function layOut({ texts, grey, moments }, at, size, room, before) {
  const moment = moments[at];
  const count = texts.length;
  const fit = fitting(room, size.wide, count);
  const { position } = readerOf(moment);
  const start = windowOn(before, moment.spans.length === 1 ? moment.spans[0][0] : position, position, fit, count);
  const stop = Math.min(count, start + fit);
  const lanes = Math.max(...moments.map((one) => one.heads.length));
  const top = lanes * LANE + 8;
  const bracketsY = top + size.high + 8;
  const wholeY = bracketsY + BRACKETS;
  const whole = count > fit;
  const share = (fit * size.wide) / count;
  return {
    ...{ size, pixels: Boolean(grey), count, fit, position, start, stop, lanes, top, bracketsY, whole, wholeY, share },
    rowsY: whole ? wholeY + WHOLE : wholeY,
    barsY: wholeY + 32,
    width: LEFT + fit * size.wide + RIGHT,
    x: (index) => LEFT + (clamp(index, start - 0.5, stop + 0.5) - start) * size.wide,
    place: (index) => LEFT + index * share,
  };
}
