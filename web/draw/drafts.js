// @ts-check
/** Drawings kept in this browser at every change, and offered back. Nothing leaves the device.
 *
 * Every opened page keeps its own draft, so that a second tab, or somebody who draws before answering the offer,
 * overwrites nobody's work.
 */
import { ringsOf } from "./history.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {{ families: string, kind: string }} Facts */
/** @typedef {{ id: string, drawing: Drawing, facts: Facts, kept: string }} Draft kept: when, ISO 8601 */

const PREFIX = "territory.draft.";
const MOST = 5;

export class Drafts {
  /** @param {Storage | null} storage null: this browser keeps nothing @param {string} id of this page's draft */
  constructor(storage, id = newId()) {
    this.storage = storage;
    this.id = id;
  }

  /** @param {Drawing} drawing @param {Facts} facts @param {Date} now @returns {boolean} whether it was kept */
  keep(drawing, facts, now = new Date()) {
    if (ringsOf(drawing).length === 0) {
      this.forget(this.id);
      return true;
    }
    try {
      this.storage?.setItem(PREFIX + this.id, JSON.stringify({ drawing, facts, kept: now.toISOString() }));
      for (const old of this.others().slice(MOST - 1)) this.forget(old.id);
      return this.storage !== null;
    } catch {
      return false; // private browsing, or no room: the page says so
    }
  }

  /** What other pages kept, the newest first. @returns {Draft[]} */
  others() {
    const found = [];
    for (const key of this.#keys()) {
      const draft = this.#read(key);
      if (draft && draft.id !== this.id) found.push(draft);
    }
    return found.sort((a, b) => b.kept.localeCompare(a.kept));
  }

  /** Go on with a draft that another page kept: from now on it is this page's. @param {Draft} draft */
  take(draft) {
    this.id = draft.id;
  }

  /** @param {string} id */
  forget(id) {
    try {
      this.storage?.removeItem(PREFIX + id);
    } catch {
      // There was nothing to forget.
    }
  }

  #keys() {
    try {
      const { storage } = this;
      const keys = Array.from({ length: storage?.length ?? 0 }, (_, k) => storage?.key(k) ?? "");
      return keys.filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  /** @param {string} key @returns {Draft | null} */
  #read(key) {
    try {
      const { drawing, facts, kept } = JSON.parse(this.storage?.getItem(key) ?? "null");
      const rings = [drawing, ...drawing.rest];
      if (!rings.every(isRing) || ringsOf(drawing).length === 0 || Number.isNaN(Date.parse(kept))) return null;
      const said = { families: String(facts?.families ?? ""), kind: String(facts?.kind ?? "") };
      return { id: key.slice(PREFIX.length), drawing, facts: said, kept };
    } catch {
      return null;
    }
  }
}

/** @param {any} ring */
function isRing(ring) {
  const { points, closed, isHole } = ring;
  const isPlace = (/** @type {any} */ point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
  return Array.isArray(points) && points.every(isPlace) && typeof closed === "boolean" && typeof isHole === "boolean";
}

// crypto.randomUUID is missing where the page comes over plain HTTP, as it does in a house without Internet.
function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
