// @ts-check
/** To propose to a neighbour what becomes of the ground between both; nothing moves before they say yes. */
import { tell } from "./page.js";
import { isInside } from "./shape.js";

/** @typedef {import("./remedies.js").Outcome} Outcome */
/** @typedef {import("./check.js").Finding} Finding */

export class Asking {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./save.js").Saving} saving
   */
  constructor(desk, words, saving) {
    this.desk = desk;
    this.words = words;
    this.saving = saving;
  }

  /** Both talk about lines that are kept, so the drawing is kept first. @param {Outcome} outcome @param {Finding} finding */
  async propose(outcome, finding) {
    const { territory } = this.desk;
    const { neighbour } = outcome;
    if (!territory || !neighbour || !finding.place || !(await this.saving.save())) return undefined;
    try {
      const address = `/api/borders/${encodeURIComponent(territory.id)}/${encodeURIComponent(neighbour.id)}`;
      const border = await this.#asked(`${address}?lang=${this.words.language}`);
      const piece = border && pieceAt(border.pieces, finding.place);
      if (!border) return undefined;
      if (!piece) return tell(this.words.say("propose.gone"));
      const way = wayOf(outcome.remedy, border.left.id === territory.id);
      const body = JSON.stringify({ from: territory.id, piece: piece.id, way });
      const headers = { "Content-Type": "application/json", "Idempotency-Key": `${piece.id}-${way}-${territory.version}` };
      const made = await this.#asked(`${address}/proposals?lang=${this.words.language}`, { method: "POST", headers, body });
      return made && this.desk.refresh(this.words.say("proposed", { name: neighbour.name }));
    } catch {
      return tell(this.words.say("remedy.offline"));
    }
  }

  /** @param {string} url @param {RequestInit} [how] */
  async #asked(url, how) {
    const response = await fetch(url, how);
    const told = await response.json();
    if (response.ok) return told;
    return tell(told.detail);
  }
}

/** The strip of a border that a place lies in. @param {any[]} pieces @param {[number, number]} place */
export function pieceAt(pieces, place) {
  const holds = (/** @type {any} */ strip) =>
    strip?.coordinates.some((/** @type {any} */ [outline, ...holes]) =>
      isInside(place, outline) && !holes.some((/** @type {any} */ hole) => isInside(place, hole)));
  return pieces.find(({ strip }) => holds(strip)) ?? null;
}

/** Ways are told by side, and which side is whose depends on the ids. @param {string} remedy @param {boolean} isLeft */
export function wayOf(remedy, isLeft) {
  if (remedy === "ask") return isLeft ? "to_left" : "to_right";
  if (remedy === "give") return isLeft ? "to_right" : "to_left";
  return remedy;
}
