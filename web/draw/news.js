// @ts-check
/** What others did while the page was open: told, with a button to see it. Nothing in hand is replaced. */
import { connection } from "../offline/page.js";
import { isWhole } from "./history.js";
import { $, on, show } from "./page.js";

/** @typedef {{ id: string, name: string, version: number, asks: string[], answers: string[] }} Neighbour */
/** @typedef {{ version: number, neighbours: Neighbour[] }} Told */
/** @typedef {{ kind: "moved" | "asks" | "answers" | "own", name: string }} Item */

const EVERY_MS = 60_000;

export class News {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./map.js").DrawMap} map
   * @param {{ review: import("./review.js").Review }} page
   */
  constructor(desk, words, map, { review }) {
    this.desk = desk;
    this.words = words;
    this.map = map;
    this.review = review;
    /** @type {string | null} whose news these are */
    this.whose = null;
    this.tag = "";
    /** @type {Told | null} as it was told last */
    this.known = null;
    /** @type {Item[]} what was not seen yet */
    this.items = [];
    on("news-see", () => void this.#see());
    on("news-later", () => this.#done());
    setInterval(() => void this.look(), EVERY_MS);
    document.addEventListener("visibilitychange", () => void this.look());
    desk.listen(() => void (this.whose !== this.#territory && this.look()));
  }

  get #territory() {
    return this.desk.territory?.may.length ? this.desk.territory.id : null;
  }

  /** Ask what is new, unless nobody looks at the page or there is no connection. */
  async look() {
    const territory = this.#territory;
    if (territory !== this.whose) {
      [this.whose, this.tag, this.known] = [territory, "", null];
      this.#done();
    }
    if (!territory || connection.isLost || document.visibilityState === "hidden") return;
    try {
      const headers = { ...(this.tag ? { "If-None-Match": this.tag } : {}) };
      const response = await fetch(`/api/territories/${encodeURIComponent(territory)}/news`, { headers, cache: "no-store" });
      if (response.status !== 200 || territory !== this.whose) return;
      this.tag = response.headers.get("ETag") ?? "";
      this.#take(await response.json());
    } catch {
      // There is no connection: it is asked again in a minute.
    }
  }

  /** @param {Told} told */
  #take(told) {
    const { known, desk: { territory } } = this;
    this.known = told;
    if (!known) return;
    const own = told.version > Math.max(known.version, territory?.version ?? 0);
    const found = [...(own ? [/** @type {Item} */ ({ kind: "own", name: "" })] : []), ...told.neighbours.flatMap((each) => newsOf(known, each))];
    const isNew = (/** @type {Item} */ { kind, name }) => this.items.every((each) => each.kind !== kind || each.name !== name);
    this.items.push(...found.filter(isNew));
    if (this.items.length === 0) return;
    show("news", true);
    $("news-text").textContent = this.items.map(({ kind, name }) => this.words.say(`news.${kind}`, { name })).join(" ");
  }

  /** Show the neighbours as they are now, and what they say; the drawing stays as it is. */
  async #see() {
    const { map, desk, items } = this;
    this.#done();
    map.around.loaded = null;
    await map.loadNeighbours();
    if (isWhole(desk.now)) this.review.ask();
    const box = /** @type {HTMLDetailsElement} */ ($("neighbours-box"));
    if (items.every(({ kind }) => kind === "moved")) return $("map").focus({ preventScroll: true });
    box.open = true;
    return $("neighbours-title").focus();
  }

  #done() {
    this.items = [];
    show("news", false, "map");
  }
}

/** What a neighbour did since. @param {Told} before @param {Neighbour} now @returns {Item[]} */
function newsOf({ neighbours }, { id, name, version, asks, answers }) {
  const known = neighbours.find((each) => each.id === id);
  const has = (/** @type {readonly string[]} */ list, /** @type {readonly string[]} */ old = []) => list.some((each) => !old.includes(each));
  /** @type {Item[]} */
  const found = [];
  // What both agreed moved their line: that is told by their answer.
  if (has(answers, known?.answers)) found.push({ kind: "answers", name });
  else if (version !== (known?.version ?? 0)) found.push({ kind: "moved", name });
  if (has(asks, known?.asks)) found.push({ kind: "asks", name });
  return found;
}
