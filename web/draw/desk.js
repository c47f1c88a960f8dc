// @ts-check
/** What lies on the table: the drawing with its past, what is chosen of it, and whose it is. Everybody who shows or changes
 * the drawing listens here, and knows nothing of the others. */
import { History } from "./history.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./territory.js").Territory} Territory */
/** @typedef {{ isNew: boolean, said: string }} Change isNew: the drawing itself changed; said: what happened, in words */

export class Desk {
  constructor() {
    this.history = new History();
    /** Position of the chosen point, or -1. */
    this.chosen = -1;
    /** Whether a line between two points follows the neighbours'. */
    this.follows = true;
    /** @type {Territory | null} that is drawn anew; none: a sketch that belongs to nobody */
    this.territory = null;
    /** @type {((change: Change) => void)[]} */
    this.listeners = [];
  }

  get now() {
    return this.history.now;
  }

  /** @param {(change: Change) => void} listener */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** @param {Drawing} drawing @param {string} [said] what happened, in words @param {number} [chosen] */
  to(drawing, said = "", chosen = -1) {
    this.history = this.history.to(drawing);
    this.#changed(true, said, chosen);
  }

  /** Go on with a drawing and all that can be undone. @param {History} history */
  resume(history) {
    this.history = history;
    this.#changed(true, "", -1);
  }

  /** @param {"undo" | "redo"} way @param {string} said */
  step(way, said) {
    this.history = this.history[way]();
    this.#changed(true, said, -1);
  }

  /** @param {number} at @param {string} [said] */
  choose(at, said = "") {
    this.#changed(false, said, at);
  }

  /** Show everything again, as something beside the drawing changed. @param {string} [said] */
  refresh(said = "") {
    this.#changed(false, said, this.chosen);
  }

  /** @param {boolean} isNew @param {string} said @param {number} chosen */
  #changed(isNew, said, chosen) {
    this.chosen = chosen < this.now.points.length ? chosen : -1;
    for (const listener of this.listeners) listener({ isNew, said });
  }
}
