// @ts-check
/** A boundary told in words, side by side: a first version without a line, and what the line is read against later. */
import { table } from "../offline/database.js";
import { WORDS } from "../offline/leaving.js";
import { $, show } from "./page.js";
import { ask } from "./server.js";

/** @typedef {Record<string, string>} Sides */
/** @typedef {{ id: string, sides: Sides }} Unsaved */
/** @typedef {{ version: number, sides: Sides }} Kept */

const SIDES = ["north", "east", "south", "west"];

export class Linderos {
  /** @param {import("./ways.js").Page} page */
  constructor({ desk, words }) {
    this.desk = desk;
    this.words = words;
    this.form = /** @type {HTMLFormElement} */ ($("linderos"));
    /** @type {import("../offline/database.js").Table<Unsaved>} */
    this.notes = table("notes");
    /** @type {Kept} as the register had it when it was read */
    this.kept = { version: 0, sides: {} };
    this.turn = 0;
    this.form.addEventListener("input", () => void this.#note().catch(() => undefined));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
  }

  /** Read what is kept of the territory that is open, and what was typed here and not saved yet. */
  async open() {
    const mayDraw = this.desk.territory?.may.includes("draw") ?? false;
    const turn = ++this.turn;
    // Nobody types into it before it is filled: what they wrote would be overwritten.
    show("linderos", false);
    show("linderos-key", !mayDraw);
    show("linderos-reading", mayDraw);
    if (!mayDraw) return;
    const newest = await this.#read().catch(() => null);
    const unsaved = await this.notes.get(this.#noteId).catch(() => undefined);
    if (turn !== this.turn) return;
    if (newest) this.kept = newest;
    this.#fill(unsaved?.sides ?? this.kept.sides);
    show("linderos-reading", false);
    show("linderos", true);
    if (newest) this.#say(unsaved ? this.words.say("linderos.unsaved") : "");
    else this.#say(this.words.say("linderos.offline"));
  }

  get #address() {
    return `/api/territories/${encodeURIComponent(this.desk.territory?.id ?? "")}`;
  }

  get #noteId() {
    return `${WORDS}${this.desk.territory?.id}`;
  }

  /** @returns {Promise<Kept>} */
  async #read() {
    const { answer, refused, status } = await ask(`${this.#address}/boundary`, this.words);
    if (refused === null) return { version: answer.properties.version, sides: answer.properties.words ?? {} };
    // Nothing was drawn or told yet.
    if (status === 404) return { version: 0, sides: {} };
    throw new Error(refused);
  }

  /** @returns {Promise<void>} */
  async #save() {
    const { words, kept } = this;
    const sides = this.#written;
    if (Object.keys(sides).length === 0) {
      this.#say(words.say("linderos.none"));
      return this.#field(SIDES[0]).focus();
    }
    this.#say(words.say("saving"));
    try {
      const { answer, refused, status } = await ask(`${this.#address}/words`, words, { method: "PUT", body: sides, version: kept.version });
      if (status === 412) return await this.#after(sides);
      if (refused !== null) return this.#say(refused);
      return await this.#saved(sides, answer.version);
    } catch {
      return this.#say(words.say("linderos.later"));
    }
  }

  /** Somebody changed this boundary meanwhile: where it was its line, the words are as good as before. @param {Sides} sides @returns {Promise<void>} */
  async #after(sides) {
    const newest = await this.#read();
    const isSame = SIDES.every((side) => newest.sides[side] === this.kept.sides[side]);
    this.kept = newest;
    if (isSame) return this.#save();
    const theirs = SIDES.filter((side) => newest.sides[side] && newest.sides[side] !== sides[side]);
    const told = theirs.map((side) => `${this.words.say(`linderos.${side}`)}: ${newest.sides[side]}`);
    return this.#say([this.words.say("linderos.changed"), ...told].join("\n"));
  }

  /** @param {Sides} sides @param {number} version */
  async #saved(sides, version) {
    const { territory } = this.desk;
    // Unless somebody drew meanwhile, what is drawn here is drawn from this version.
    if (territory?.version === this.kept.version) territory.version = version;
    this.kept = { version, sides };
    await this.notes.forget(this.#noteId).catch(() => undefined);
    this.#say(this.words.say("linderos.saved", { version }));
  }

  /** Keep what is typed, so that a closed page loses no word of it. */
  #note() {
    return this.notes.change(this.#noteId, () => [{ id: this.#noteId, sides: this.#written }]);
  }

  /** @returns {Sides} without the sides that nothing is said of */
  get #written() {
    const entries = SIDES.map((side) => [side, this.#field(side).value.trim()]);
    return Object.fromEntries(entries.filter(([, text]) => text));
  }

  /** @param {Sides} sides */
  #fill(sides) {
    for (const side of SIDES) this.#field(side).value = sides[side] ?? "";
  }

  /** @param {string} side */
  #field(side) {
    return /** @type {HTMLTextAreaElement} */ ($(`linderos-${side}`));
  }

  /** @param {string} sentences */
  #say(sentences) {
    $("linderos-told").textContent = sentences;
  }
}
