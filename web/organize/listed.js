// @ts-check
/** A list of things that lie on the map: each says what it is, and is shown there; the map leads back to it. */
import { button, item } from "../draw/page.js";

/** @typedef {{ id: string, geometry: any, properties: { why: string } & Record<string, any> }} Thing */

const SHOWN = 50;

export class Listed {
  /**
   * @param {HTMLElement} list
   * @param {import("../draw/words.js").Words} words
   * @param {(id: string | null) => void} onChosen somebody chose one in the list, or none any more
   */
  constructor(list, words, onChosen) {
    this.list = list;
    this.words = words;
    this.onChosen = onChosen;
    /** @type {readonly Thing[]} */
    this.things = [];
    /** @type {string | null} */
    this.chosen = null;
  }

  /** @param {readonly Thing[]} things */
  fill(things) {
    this.things = things;
    this.chosen = null;
    this.#rows();
  }

  /** Somebody touched one on the map; nothing for one that is in another list. @param {string | null} id */
  choose(id) {
    if (id !== null && this.things.some((each) => each.id === id) && !this.#row(id)) this.#rows(this.things.length);
    this.#mark(id);
    if (id === null) return;
    const row = this.#row(id);
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector("button")?.focus({ preventScroll: true });
  }

  #rows(most = SHOWN) {
    const rows = this.things.slice(0, most).map((thing) => this.#made(thing));
    if (this.things.length > most) {
      rows.push(item(button(this.words.say("more", { count: this.words.number(this.things.length - most) }), () => this.#rows(this.things.length))));
    }
    this.list.replaceChildren(...rows);
    this.#mark(this.chosen);
  }

  /** @param {Thing} thing */
  #made({ id, geometry, properties }) {
    const said = document.createElement("p");
    said.textContent = properties.why;
    const row = item(said);
    row.dataset.id = id;
    if (!geometry) return row;
    const show = button(this.words.say("show"), () => {
      this.#mark(this.chosen === id ? null : id);
      this.onChosen(this.chosen);
    });
    show.setAttribute("aria-label", this.words.say("show.what", { what: properties.why }));
    const buttons = document.createElement("p");
    buttons.className = "buttons screen";
    buttons.append(show);
    row.append(buttons);
    return row;
  }

  /** @param {string} id @returns {HTMLElement | undefined} */
  #row(id) {
    return /** @type {HTMLElement[]} */ ([...this.list.children]).find((row) => row.dataset.id === id);
  }

  /** @param {string | null} id */
  #mark(id) {
    this.chosen = id;
    for (const row of /** @type {HTMLElement[]} */ ([...this.list.children])) {
      const isChosen = id !== null && row.dataset.id === id;
      row.classList.toggle("chosen", isChosen);
      if (row.dataset.id) row.querySelector("button")?.setAttribute("aria-pressed", String(isChosen));
    }
  }
}
