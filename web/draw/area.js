// @ts-check
/** Areas that somebody keeps on the phone, to draw there without a connection. They hold what their key sees. */

/** @typedef {import("./around.js").Bounds} Bounds */

/**
 * @typedef {object} Answer of `/api/work-area`
 * @property {Bounds} bounds
 * @property {string} made when, ISO 8601
 * @property {{ id: string, name: string } | null} territory the one that it was asked for
 * @property {{ features: any[] }} around
 * @property {any[]} findings
 */

/** @typedef {{ id: string, name: string, size: number, answer: Answer, whole: string | null }} Area size: in bytes; whole: what the
 *   server said of the territory that it was asked for, to open it with */

/** Why an area was not kept; the message is the server's sentence, or empty where it said nothing. */
export class NotKept extends Error {
  /** @param {"refused" | "unreachable" | "full"} why @param {string} [sentence] */
  constructor(why, sentence = "") {
    super(sentence);
    this.why = why;
  }
}

export class Areas {
  /**
   * @param {import("../offline/database.js").Table<Area>} table
   * @param {string} language of names and sentences
   * @param {typeof fetch} [ask]
   */
  constructor(table, language, ask = (...request) => fetch(...request)) {
    this.table = table;
    this.language = language;
    this.ask = ask;
  }

  /** Fetch and keep the ground around a territory, or in a box. @param {{ territory: string } | { bbox: Bounds }} where @returns {Promise<Area>} */
  async save(where) {
    const asked = "territory" in where ? where.territory : where.bbox.map((side) => side.toFixed(4)).join(",");
    const query = new URLSearchParams({ ["territory" in where ? "territory" : "bbox"]: asked, lang: this.language });
    const text = await this.#fetched(`/api/work-area?${query}`);
    const whole = "territory" in where ? await this.#fetched(this.#doorOf(asked)) : null;
    /** @type {Answer} */
    const answer = JSON.parse(text);
    const area = { id: asked, name: answer.territory?.name ?? "", size: text.length + (whole?.length ?? 0), answer, whole };
    await this.table.change(asked, () => [area]).catch(() => {
      throw new NotKept("full");
    });
    return area;
  }

  /** The newest first. */
  async all() {
    return (await this.table.all()).sort((a, b) => b.answer.made.localeCompare(a.answer.made));
  }

  /** What the server says of a territory, or said when its area was kept. @param {string} id @returns {Promise<Response>} */
  async territory(id) {
    try {
      return await this.ask(this.#doorOf(id));
    } catch (error) {
      const area = await this.table.get(id);
      if (!area?.whole) throw error;
      return new Response(area.whole);
    }
  }

  /** The newest area that holds all of a box. @param {Bounds} bounds */
  async covering(bounds) {
    return (await this.all()).find(({ answer }) => isWithin(bounds, answer.bounds)) ?? null;
  }

  /** @param {string} id */
  forget(id) {
    return this.table.forget(id);
  }

  /** @param {string} id */
  #doorOf(id) {
    return `/api/territories/${encodeURIComponent(id)}?lang=${this.language}`;
  }

  /** @param {string} url */
  async #fetched(url) {
    const response = await this.ask(url).catch(() => {
      throw new NotKept("unreachable");
    });
    if (response.ok) return response.text();
    const told = await response.json().catch(() => ({}));
    throw new NotKept("refused", told.detail);
  }
}

/** @param {Area} area */
export function territoriesIn({ answer }) {
  return answer.around.features.filter(({ properties }) => properties.kind === "territory").length;
}

/** @param {Bounds} inner @param {Bounds} outer */
function isWithin(inner, outer) {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}
