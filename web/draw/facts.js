// @ts-check
/** What a council says of itself beside its line. */
import { $, on, show, tell } from "./page.js";
import { ask } from "./server.js";

/** @typedef {import("./keep.js").Facts} Facts */

export class FactFields {
  /** @param {import("./words.js").Words} words @param {{ changed: () => void, told: (sentence: string) => void }} page */
  constructor(words, page) {
    this.words = words;
    this.page = page;
    this.families = /** @type {HTMLInputElement} */ ($("families"));
    this.kind = /** @type {HTMLSelectElement} */ ($("kind"));
    const changed = () => {
      this.#showFault();
      page.changed();
    };
    this.families.addEventListener("input", changed);
    this.kind.addEventListener("change", changed);
    /** @type {import("./territory.js").Territory | null} whose facts they are */
    this.territory = null;
    on("keep-facts", () => void this.#keep());
  }

  /** They are those of a territory, and can be kept where the key allows. @param {import("./territory.js").Territory} territory */
  belong(territory) {
    this.territory = territory;
    show("keep-facts", territory.may.includes("describe") && territory.revision > 0, "families");
  }

  /** As they are written. @returns {Facts} */
  get said() {
    return { families: this.families.value.trim(), kind: this.kind.value };
  }

  /** As a check and the register take them. */
  get read() {
    const { families, kind } = this.said;
    return { families: isNumber(families) ? Number(families) : null, kind: kind || null };
  }

  /** @param {Facts} facts */
  fill({ families, kind }) {
    this.families.value = families;
    this.kind.value = kind;
    this.#showFault();
  }

  /** What a file or the register knows; what it does not know stays. @param {Record<string, any>} properties */
  take({ families, kind }) {
    const { said } = this;
    const isKind = [...this.kind.options].some(({ value }) => value === kind);
    this.fill({ families: Number.isInteger(families) ? String(families) : said.families, kind: isKind ? kind : said.kind });
  }

  /** What is said of a territory is kept apart from its line: it needs no new version of that. */
  async #keep() {
    const { territory, words } = this;
    if (!territory || this.families.getAttribute("aria-invalid") === "true") return this.families.focus();
    tell(words.say("saving"));
    try {
      const { answer, refused } = await ask(`/api/territories/${encodeURIComponent(territory.id)}`, words, {
        method: "PATCH",
        body: this.read,
        version: territory.revision,
      });
      if (answer) territory.revision = answer.revision;
      this.page.told(refused ?? words.say("facts.kept"));
    } catch {
      tell(words.say("facts.offline"));
    }
    return undefined;
  }

  #showFault() {
    const { families } = this.said;
    const isWrong = families !== "" && !isNumber(families);
    this.families.setAttribute("aria-invalid", String(isWrong));
    $("families-wrong").textContent = isWrong ? this.words.say("families.wrong") : "";
  }
}

/** @param {string} text */
function isNumber(text) {
  return /^\d{1,6}$/.test(text);
}
