// @ts-check
/** What a council says of itself beside its line. */
import { $ } from "./page.js";

/** @typedef {import("./keep.js").Facts} Facts */

export class FactFields {
  /** @param {import("./words.js").Words} words @param {() => void} onChange */
  constructor(words, onChange) {
    this.words = words;
    this.families = /** @type {HTMLInputElement} */ ($("families"));
    this.kind = /** @type {HTMLSelectElement} */ ($("kind"));
    const changed = () => {
      this.#showFault();
      onChange();
    };
    this.families.addEventListener("input", changed);
    this.kind.addEventListener("change", changed);
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
