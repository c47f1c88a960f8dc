// @ts-check
/** What the drawing page does so that no work is lost: drafts at every change, drawings that wait to be sent, and ground
 * that is kept on the phone. */
import { Areas } from "../draw/area.js";
import { linesAround } from "../draw/around.js";
import { Keep, bringOver } from "../draw/keep.js";
import { $, storage, tell } from "../draw/page.js";
import { boundaryOf, drawingOf } from "../draw/shape.js";
import { History } from "../draw/history.js";
import { unpacked } from "../draw/steps.js";
import { Words } from "../draw/words.js";
import { table } from "./database.js";
import { connection, outbox } from "./page.js";
import { dayOf, listAreas, listUnsent, offerDrafts } from "./panels.js";

/** @typedef {import("../draw/around.js").Bounds} Bounds */
/** @typedef {import("../draw/around.js").Layer} Layer */
/** @typedef {import("../draw/keep.js").Draft} Draft */
/** @typedef {import("../draw/keep.js").Facts} Facts */
/** @typedef {import("../draw/outbox.js").Waiting} Waiting */
/** @typedef {import("../draw/save.js").Sending} Sending */
/** @typedef {import("../draw/territory.js").Territory} Territory */

/**
 * @typedef {object} Page
 * @property {import("../draw/map.js").DrawMap} map
 * @property {import("../draw/save.js").Saving} saving
 * @property {(territory: Territory) => void} belong the drawing is one of this territory
 * @property {(facts: Facts) => void} fill
 */

export class Offline {
  /** @param {import("../draw/desk.js").Desk} desk @param {{ offline: Record<string, string>, language: string }} start */
  constructor(desk, start) {
    this.desk = desk;
    this.words = new Words(start.offline, start.language);
    this.areas = new Areas(table("areas"), start.language);
    this.keep = new Keep(table("drafts"), { onElsewhere: () => tell(this.words.say("elsewhere")) });
    /** @type {import("../draw/area.js").Area | null} the kept area whose neighbours are shown */
    this.used = null;
  }

  /** Keep the drawing as it is now. @param {Facts} facts @param {string} sorry what to say where nothing can be kept */
  async note(facts, sorry) {
    const { history, territory } = this.desk;
    const isKept = await this.keep.keep({ history, facts, base: territory });
    $("kept").textContent = isKept ? "" : sorry;
  }

  /** Exact lines: from the server, or else from an area that is kept. @param {Bounds} bounds @param {string | null} without @param {AbortSignal} signal @returns {Promise<Layer>} */
  async lines(bounds, without, signal) {
    this.used = null;
    try {
      if (connection.isLost) throw new Error("no connection");
      return await linesAround(bounds, without, signal);
    } catch (error) {
      const area = signal.aborted ? null : await this.areas.covering(middleOf(bounds)).catch(() => null);
      if (!area) throw error;
      this.used = area;
      return { features: area.answer.around.features.filter(({ id }) => id !== without), complete: true };
    }
  }

  /** What to say of the neighbours instead of what is said with a connection. @param {import("../draw/around.js").State} state */
  said(state) {
    if (this.used && state === "ready") return this.words.say("area.used", { when: dayOf(this.used.answer.made, this.words) });
    return connection.isLost && state === "failed" ? this.words.say("area.closer") : null;
  }

  /** Send the drawing, now or later. @param {Sending} sending */
  async send(sending) {
    const { territory } = this.desk;
    if (!territory) throw new Error("a sketch is nobody's line");
    return outbox.send(sending, { territory: { ...territory }, draft: this.keep.id });
  }

  /** Take part in the page. @param {Page} page */
  async join(page) {
    const { map, saving } = page;
    connection.addEventListener("back", () => {
      map.around.loaded = null;
      void map.loadNeighbours();
    });
    connection.addEventListener("lost", () => void map.loadNeighbours());
    outbox.addEventListener("sent", (event) => this.#sent(detailOf(event), saving));
    // The server is asked again, and its answer shown as that to a drawing that is saved now.
    outbox.addEventListener("conflict", (event) => this.#isOnDesk(detailOf(event).item) && void saving.save());
    listAreas(this.areas, this.words, () => this.#where(map));
    await bringOver(storage(), this.keep.table).catch(() => undefined);
    await offerDrafts(this.keep, this.words, (draft) => this.#resume(draft, page));
    await listUnsent(outbox, this.words, (item) => void this.#open(item, page)).catch(() => undefined);
  }

  /** @param {import("../draw/map.js").DrawMap} map */
  #where({ around }) {
    if (this.desk.territory?.replaces) return { territory: this.desk.territory.id };
    return around.loaded && { bbox: around.loaded };
  }

  /** @param {Draft} draft @param {Page} page */
  #resume(draft, { map, saving, belong, fill }) {
    const isFree = this.desk.now === saving.kept || this.desk.history.past.length === 0;
    const history = isFree ? this.keep.take(draft) : unpacked(draft.steps);
    if (draft.base) belong({ ...draft.base });
    fill(draft.facts);
    this.desk.resume(history);
    map.lookAt(history.now.points);
  }

  /** Go on with a drawing that was refused, and see why. @param {Waiting} item @param {Page} page */
  async #open({ id, sending, whose }, page) {
    if (this.desk.territory?.id !== whose.territory.id) {
      const draft = (await this.keep.table.get(whose.draft)) ?? null;
      if (draft) this.#resume(draft, page);
      else {
        page.belong({ ...whose.territory });
        this.desk.resume(new History(drawingOf(JSON.parse(sending.body).geometry)));
      }
    }
    await outbox.forget(id);
    await page.saving.save();
  }

  /** @param {{ item: Waiting, answer: any }} detail @param {import("../draw/save.js").Saving} saving */
  #sent({ item, answer }, saving) {
    const { whose, sending } = item;
    const names = (answer.asked ?? []).map((/** @type {{ name: string }} */ { name }) => name);
    const asked = names.length ? ` ${this.words.say("outbox.sent.asked", { names: this.words.list(names) })}` : "";
    this.desk.refresh(this.words.say("outbox.sent", { name: whose.territory.name }) + asked);
    if (!this.#isOnDesk(item)) return void this.keep.forget(whose.draft);
    const { desk } = this;
    if (desk.territory && answer.version) desk.territory.version = answer.version;
    const isSame = JSON.stringify(boundaryOf(desk.now)) === JSON.stringify(JSON.parse(sending.body).geometry);
    return isSame ? saving.isKept(desk.now) : saving.show();
  }

  /** @param {Waiting} item */
  #isOnDesk({ whose }) {
    return this.desk.territory?.id === whose.territory.id;
  }
}

/** What the map itself shows of a box that reaches beyond it: half of its width and height. @param {Bounds} bounds @returns {Bounds} */
function middleOf([west, south, east, north]) {
  const [wide, high] = [(east - west) / 4, (north - south) / 4];
  return [west + wide, south + high, east - wide, north - high];
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
