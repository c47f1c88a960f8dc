// @ts-check
/** Drawings kept in this browser at every change, with all that can be undone, and offered back. Nothing leaves it.
 *
 * Every opened page keeps a draft of its own. When two pages go on with the same draft, it is whose change came last
 * that has it; the other is told, and what it draws from then on is a draft of its own: nobody's work is overwritten.
 */
import { ringsOf } from "./history.js";
import { packed, unpacked } from "./steps.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {{ families: string, kind: string }} Facts */
/** @typedef {import("./territory.js").Territory} Territory */
/** @typedef {{ id: string, mark: string, steps: import("./steps.js").Steps, facts: Facts, base: Territory | null, kept: string }} Draft
 *   mark: of the newest change; base: the territory that is drawn anew, as it was then; kept: when, ISO 8601 */
/** @typedef {{ history: History, facts: Facts, base: Territory | null }} Work */

const MOST = 20;

export class Keep {
  /**
   * @param {import("../offline/database.js").Table<Draft>} table
   * @param {{ onElsewhere: () => void }} listener another page went on with this page's draft
   * @param {string} id of this page's draft
   */
  constructor(table, listener, id = newId()) {
    this.table = table;
    this.listener = listener;
    this.id = id;
    /** @type {string | null} the change of the draft that this page saw last */
    this.mark = null;
    /** @type {Work | null} what waits until the change before it is written */
    this.next = null;
    /** @type {Promise<boolean> | null} */
    this.writing = null;
    this.channel = new BroadcastChannel("territory.drafts");
    this.channel.onmessage = ({ data }) => this.#heard(data);
  }

  /** @param {Work} work @returns {Promise<boolean>} whether it is kept now, or something newer */
  keep(work) {
    this.next = work;
    this.writing ??= this.#write();
    return this.writing;
  }

  /** What other pages kept, the newest first. @returns {Promise<Draft[]>} */
  async others() {
    const left = (await this.table.all()).filter(({ id, steps }) => id !== this.id && isWhole(steps));
    return left.sort((a, b) => b.kept.localeCompare(a.kept));
  }

  /** Go on with a draft that another page kept: from now on it is this page's. @param {Draft} draft */
  take({ id, mark, steps }) {
    this.id = id;
    this.mark = mark;
    return unpacked(steps);
  }

  /** @param {string} id */
  forget(id) {
    return this.table.forget(id);
  }

  /** The register has the drawing: it is no draft any more, until it changes. */
  async finish() {
    this.next = null;
    await this.writing;
    await this.forget(this.id).catch(() => undefined);
  }

  async #write() {
    try {
      while (this.next) {
        const work = this.next;
        this.next = null;
        await this.#put(work);
      }
      return true;
    } catch {
      return false; // private browsing, or no room: the page says so
    } finally {
      this.writing = null;
    }
  }

  /** @param {Work} work */
  async #put({ history, facts, base }) {
    if (ringsOf(history.now).length === 0 && this.mark === null) return undefined;
    if (ringsOf(history.now).length === 0) return this.forget(this.id);
    const mark = newId();
    let isTaken = false;
    await this.table.change(this.id, (known) => {
      isTaken = known !== undefined && known.mark !== this.mark;
      if (isTaken) this.id = newId();
      return [{ id: this.id, mark, steps: packed(history), facts, base, kept: new Date().toISOString() }];
    });
    this.mark = mark;
    this.channel.postMessage({ id: this.id, mark });
    if (isTaken) this.listener.onElsewhere();
    for (const old of (await this.others()).slice(MOST - 1)) await this.forget(old.id);
    return undefined;
  }

  /** @param {{ id: string, mark: string }} change */
  #heard({ id }) {
    if (id !== this.id || this.mark === null) return;
    this.id = newId();
    this.mark = null;
    this.listener.onElsewhere();
  }
}

/** What an earlier version of the page kept elsewhere, brought over once.
 * @param {Storage | null} storage @param {import("../offline/database.js").Table<Draft>} table
 */
export async function bringOver(storage, table) {
  const prefix = "territory.draft.";
  for (const key of Object.keys(storage ?? {}).filter((each) => each.startsWith(prefix))) {
    const draft = readOld(key.slice(prefix.length), storage?.getItem(key) ?? "");
    if (draft) await table.change(draft.id, (known) => [known ?? draft]);
    storage?.removeItem(key);
  }
}

/** @param {string} id @param {string} text @returns {Draft | null} */
function readOld(id, text) {
  try {
    const { drawing, facts, kept } = JSON.parse(text);
    const { points, closed, holes = [], parts = [], isHole = false, rest = [] } = drawing;
    const ring = (/** @type {any} */ each, /** @type {number} */ k) => ({ points: each, closed: true, isHole: k > 0 });
    const others = [...rest, ...parts.flatMap((/** @type {any} */ part) => part.map(ring)), ...[[], ...holes].map(ring).slice(1)];
    const steps = { first: { points, closed, isHole, rest: others }, steps: [], at: 0 };
    const said = { families: String(facts?.families ?? ""), kind: String(facts?.kind ?? "") };
    return isWhole(steps) && !Number.isNaN(Date.parse(kept)) ? { id, mark: id, steps, facts: said, base: null, kept } : null;
  } catch {
    return null; // nothing that could be drawn
  }
}

/** @param {import("./steps.js").Steps} steps */
function isWhole(steps) {
  try {
    const { now } = unpacked(steps);
    return ringsOf(now).length > 0 && ringsOf(now).every(isRing);
  } catch {
    return false;
  }
}

/** @param {import("./history.js").Ring} ring */
function isRing({ points, closed, isHole }) {
  const arePlaces = points.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite));
  return arePlaces && typeof closed === "boolean" && typeof isHole === "boolean";
}

// crypto.randomUUID is missing where the page comes over plain HTTP, as it does in a house without Internet.
export function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
