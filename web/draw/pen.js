// @ts-check
/** What a tap, a pull or a key does to the drawing: points, and lines that follow the neighbours'. */
import { add, close, insert, move, remove, reopen } from "./history.js";
import { isSame } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./snap.js").Spot} Spot */
/** @typedef {{ points: Place[], names: string[], kind: "straight" | "followed" | "far" }} Line from the last point on */

export class Pen {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {{ graph: () => import("./graph.js").BorderGraph, tell: (sentence: string) => void }} page
   */
  constructor(desk, words, { graph, tell }) {
    this.desk = desk;
    this.words = words;
    this.graph = graph;
    this.tell = tell;
    /** @type {{ graph: object, points: readonly Place[], walk: ReturnType<import("./graph.js").BorderGraph["from"]> } | null} */
    this.begun = null;
  }

  /** The line from the last point to a place, as it would be taken. @param {Place} place @returns {Line} */
  lineTo(place) {
    const { points } = this.desk.now;
    const walk = points.length && this.desk.follows ? this.#walkOn(points) : null;
    const way = walk?.to(place);
    if (way) return { points: way.points, names: way.names, kind: "followed" };
    const isFar = walk && this.graph().stand(place) && !isSame(place, points[points.length - 1]);
    return { points: [place], names: [], kind: isFar ? "far" : "straight" };
  }

  /** The ways on from the last point; the first one may be reached again, and closes the outline. @param {readonly Place[]} points */
  #walkOn(points) {
    const graph = this.graph();
    if (this.begun?.graph !== graph || this.begun.points !== points) {
      this.begun = { graph, points, walk: graph.from(points[points.length - 1], points.slice(1, -1)) };
    }
    return this.begun.walk;
  }

  /** @param {Spot} spot */
  put(spot) {
    const { now } = this.desk;
    const count = now.points.length;
    if (count >= 3 && isSame(spot.place, now.points[0])) return this.finish();
    if (count && isSame(spot.place, now.points[count - 1])) return this.tell(this.words.say("put.same"));
    const line = this.lineTo(spot.place);
    return this.desk.to(add(now, ...line.points), this.#laid(line) || this.#landed(count, spot));
  }

  /** Close the outline, along the neighbours' line where both ends lie on it. */
  finish() {
    const { now } = this.desk;
    const line = this.lineTo(now.points[0]);
    this.desk.to(close(add(now, ...line.points.slice(0, -1))), this.#laid(line));
  }

  /** Open it again; to go on at the chosen point, if there is one. */
  reopen() {
    const { now, chosen } = this.desk;
    this.desk.to(chosen >= 0 ? reopen(now, chosen) : reopen(now));
  }

  /** @param {number} at */
  tapPoint(at) {
    const { now, chosen } = this.desk;
    if (at === 0 && !now.closed && now.points.length >= 3) this.finish();
    else this.choose(at === chosen ? -1 : at);
  }

  // What was pulled is done with; under the cross a point stays chosen, for the next small step.

  /** @param {number} at @param {Spot} spot @param {number} [next] what is chosen then */
  moveTo(at, spot, next = at) {
    this.desk.to(move(this.desk.now, at, spot.place), this.#landed(at, spot), next);
  }

  /** @param {number} at @param {Spot} spot @param {number} [next] what is chosen then */
  insertAt(at, spot, next = at) {
    this.desk.to(insert(this.desk.now, at, spot.place), this.#landed(at, spot), next);
  }

  /** @param {number} at */
  choose(at) {
    this.desk.choose(at, at < 0 ? "" : this.words.say("chosen.what", { number: at + 1 }));
  }

  removeChosen() {
    const { now, chosen } = this.desk;
    this.desk.to(remove(now, chosen), this.words.say("removed", { number: chosen + 1 }));
  }

  /** Where a point landed. @param {number} at @param {Spot} spot */
  #landed(at, { kind, name }) {
    return this.words.say(`put.${kind}`, { number: at + 1, name });
  }

  /** What line was laid; nothing where it is a plain step. @param {Line} line */
  #laid({ kind, points, names }) {
    if (kind === "far") return this.words.say("followed.far");
    if (points.length < 2) return "";
    const [name, ...others] = names;
    return this.words.say(others.length ? "followed.many" : "followed", { name, others: others.length, count: points.length });
  }
}
