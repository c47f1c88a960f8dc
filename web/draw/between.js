// @ts-check
/** A line drawn by hand through ground that two claim, from one end of it to the other: the way by which both could settle it. */
import { made } from "./elements.js";
import { button, show } from "./page.js";
import { distance } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./talk.js").Settlement} Settlement */

// The ends lie where both lines meet, to a hand's breadth: a line that goes on so far beyond them crosses for sure.
const BEYOND_M = 2;

export class BetweenEnds {
  /**
   * @param {import("./neighbours.js").Page} page
   * @param {import("./stretch.js").Piece} piece
   * @param {{ ask: (line: any) => Promise<Settlement | undefined>, show: (result: Settlement | null, line: any) => void, areas: (result: Settlement) => string }} talk
   */
  constructor({ map, words, desk }, piece, talk) {
    this.desk = desk;
    this.map = map;
    this.words = words;
    this.piece = piece;
    this.talk = talk;
    this.ends = endsOf(piece);
    /** @type {Place[]} set by hand, between the ends */
    this.points = [];
    this.isOpen = false;
    this.told = made("p", "lines");
    this.told.setAttribute("role", "status");
    const buttons = made(
      "p",
      "buttons",
      button(words.say("between.add"), () => this.#add(map.middle)),
      button(words.say("between.undo"), () => this.#to(this.points.slice(0, -1))),
    );
    this.element = made("div", "between", made("p", "fine", words.say("between.how")), buttons, this.told);
    this.element.hidden = true;
  }

  /** As the server takes it. */
  get line() {
    const [begin, end] = this.ends;
    const path = [begin, ...this.points, end];
    return { type: "LineString", coordinates: [beyond(path[1], begin), ...path, beyond(path[path.length - 2], end)] };
  }

  /** Taps on the map set points of this line. */
  open() {
    this.isOpen = true;
    this.element.hidden = false;
    document.body.classList.add("placing");
    this.map.asked = (place) => this.#add(place);
    show("crosshair", true);
    void this.#to(this.points);
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.element.hidden = true;
    document.body.classList.remove("placing");
    this.map.asked = null;
    this.desk.refresh();
  }

  /** @param {Place} place */
  #add(place) {
    return this.#to([...this.points, place]);
  }

  /** @param {Place[]} points */
  async #to(points) {
    this.points = points;
    const { line } = this;
    this.talk.show(null, line);
    this.told.textContent = this.words.say("way.asking");
    const result = await this.talk.ask(line);
    // Another point was set meanwhile.
    if (this.points !== points || !this.isOpen) return;
    // The straight way from end to end is nobody's choice yet: that it leads past the ground is no fault.
    const fault = points.length ? this.words.say("between.beside") : "";
    this.told.textContent = result ? this.talk.areas(result) : fault;
    if (result) this.talk.show(result, line);
  }
}

/** Whether a piece has two ends to draw between. @param {import("./stretch.js").Piece} piece */
export function hasEnds(piece) {
  return Boolean(piece.left_line?.coordinates.length) && distance(...endsOf(piece)) > BEYOND_M;
}

/** @param {import("./stretch.js").Piece} piece @returns {[Place, Place]} */
function endsOf({ left_line: { type, coordinates } }) {
  const parts = type === "LineString" ? [coordinates] : coordinates;
  const last = parts[parts.length - 1];
  return [parts[0][0], last[last.length - 1]];
}

/** A place some way beyond another one. @param {Place} from @param {Place} to @returns {Place} */
function beyond(from, to) {
  const share = BEYOND_M / Math.max(distance(from, to), BEYOND_M);
  return [to[0] + share * (to[0] - from[0]), to[1] + share * (to[1] - from[1])];
}
