// @ts-check
/** The points as a list, for those who do not point: made only while it is open. */
import { button, item } from "./page.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./words.js").Words} Words */

const SHOWN = 100;

export class PointList {
  /** @param {HTMLDetailsElement} box @param {HTMLElement} list @param {Words} words @param {(at: number) => void} onChoose */
  constructor(box, list, words, onChoose) {
    this.box = box;
    this.list = list;
    this.words = words;
    this.onChoose = onChoose;
    /** @type {readonly Place[]} */
    this.points = [];
    this.chosen = -1;
    this.most = SHOWN;
    box.addEventListener("toggle", () => this.#render());
  }

  /** @param {readonly Place[]} points @param {number} chosen */
  fill(points, chosen) {
    this.points = points;
    this.chosen = chosen;
    this.#render();
  }

  #render() {
    if (!this.box.open) return this.list.replaceChildren();
    // Rows are made anew, so the focus goes to the row in the same place.
    const rows = [...this.list.querySelectorAll("button")];
    const focused = rows.findIndex((row) => row === document.activeElement);
    const made = this.points.slice(0, this.most).map((place, at) => item(this.#row(place, at)));
    if (this.points.length > this.most) {
      const more = this.words.say("points.more", { count: this.points.length - this.most });
      made.push(item(button(more, () => this.#showMore(), "row")));
    }
    this.list.replaceChildren(...made);
    if (focused >= 0) this.list.querySelectorAll("button")[Math.min(focused, made.length - 1)]?.focus();
    return undefined;
  }

  #showMore() {
    this.most += SHOWN;
    this.#render();
  }

  /** @param {Place} place @param {number} at */
  #row([lon, lat], at) {
    const place = `${lat.toFixed(7)}, ${lon.toFixed(7)}`;
    const row = button(this.words.say("point", { number: at + 1, place }), () => this.onChoose(at), "row");
    row.setAttribute("aria-pressed", String(at === this.chosen));
    return row;
  }
}
