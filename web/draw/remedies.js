// @ts-check
/** What can be done about a finding: shown on the map first, then taken or left. */
import { aboutAll, madeOf } from "./history.js";
import { $, button, on, show, tell } from "./page.js";
import { asked } from "./server.js";
import { drawingOf } from "./shape.js";

/** @typedef {import("./check.js").Finding} Finding */
/** @typedef {{ id: string, name: string }} Neighbour */
/** @typedef {{ remedy: string, is_proposal: boolean, boundary: any, gain_m2: number, neighbour: Neighbour | null, neighbour_gain_m2: number, line: any }} Outcome */

/** As the server offers them, see territory/services/remedies.py; a test compares. @type {Record<string, string[]>} */
export const OFFERED = {
  "geometry.repaired": ["repair"],
  "coverage.overlap": ["trim", "ask", "middle", "shared"],
  "coverage.contains": ["trim", "ask", "shared"],
  "coverage.sliver_overlap": ["snap"],
  "coverage.gap": ["fill", "give", "middle"],
  "coverage.sliver_gap": ["snap"],
};

export class Remedies {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {{
   *   feature: () => object,
   *   preview: (outcome: Outcome | null, finding?: Finding) => void,
   *   propose: ((outcome: Outcome, finding: Finding) => Promise<void>),
   * }} page
   */
  constructor(desk, words, page) {
    this.desk = desk;
    this.words = words;
    this.page = page;
    /** @type {{ outcome: Outcome, finding: Finding } | null} */
    this.shown = null;
    on("take", () => this.#take());
    on("leave", () => {
      this.#clear();
      tell(words.say("remedy.left"));
    });
    desk.listen(({ isNew }) => {
      if (isNew) this.#clear();
    });
  }

  /** Buttons for a finding. @param {Finding} finding @returns {HTMLButtonElement[]} */
  buttons(finding) {
    return (OFFERED[finding.code] ?? []).map((remedy) => {
      const made = button(this.words.say(`remedy.${remedy}`), () => this.#ask(remedy, finding));
      made.setAttribute("aria-label", `${this.words.say(`remedy.${remedy}`)}: ${finding.message}`);
      return made;
    });
  }

  /** @param {string} remedy @param {Finding} finding */
  async #ask(remedy, finding) {
    const { desk, words } = this;
    const before = desk.now;
    const body = { drawing: this.page.feature(), finding: finding.id, remedy };
    tell(words.say("remedy.asking"));
    try {
      const { answer, refused } = await asked("/api/remedies", body, words);
      if (desk.now !== before) return;
      if (refused === null) this.#show(answer, finding);
      else tell(refused);
    } catch {
      tell(words.say("remedy.offline"));
    }
  }

  /** @param {Outcome} outcome @param {Finding} finding */
  #show(outcome, finding) {
    const { words, desk } = this;
    this.shown = { outcome, finding };
    const change = (/** @type {number} */ m2) =>
      words.say(Math.abs(m2) < 1 ? "gain.none" : m2 > 0 ? "gain.more" : "gain.less", { area: words.area(Math.abs(m2)) });
    const [mine, theirs] = [change(outcome.gain_m2), change(outcome.neighbour_gain_m2)];
    const name = outcome.neighbour?.name ?? "";
    $("preview-text").textContent = outcome.is_proposal
      ? words.say(`preview.${outcome.remedy}`, { name, mine, theirs })
      : words.say("preview", { mine });
    const mayPropose = desk.territory?.may.includes("agree") ?? false;
    $("preview-hint").textContent = outcome.is_proposal && !mayPropose ? words.say("preview.key") : "";
    $("take").textContent = words.say(outcome.is_proposal ? "preview.propose" : "preview.take");
    show("take", !outcome.is_proposal || mayPropose);
    show("preview", true);
    this.page.preview(outcome, finding);
    tell("");
    $("preview").focus({ preventScroll: true });
  }

  async #take() {
    const { shown, words } = this;
    if (!shown) return;
    const { outcome, finding } = shown;
    this.#clear();
    if (outcome.is_proposal) await this.page.propose(outcome, finding);
    else this.desk.to({ ...drawingOf(outcome.boundary, madeOf(this.desk.now)), ...aboutAll(this.desk.now) }, words.say("remedy.taken"));
  }

  #clear() {
    if (!this.shown) return;
    this.shown = null;
    show("preview", false, "map");
    this.page.preview(null);
  }
}
