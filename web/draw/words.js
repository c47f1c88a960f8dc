// @ts-check
/** Sentences and measures in the language of the page; the catalogue comes with it. */

export class Words {
  /** @param {Record<string, string>} sentences @param {string} language */
  constructor(sentences, language) {
    this.sentences = sentences;
    this.language = language;
  }

  /** @param {string} key @param {Record<string, string | number>} [args] */
  say(key, args = {}) {
    const sentence = this.sentences[key];
    if (sentence === undefined) throw new Error(`no sentence ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => String(args[name]));
  }

  /** @param {number} value @param {number} [digits] */
  number(value, digits = 0) {
    // Spain groups from five digits on, Venezuela from four; the server's sentences do, so the page does too.
    const locale = this.language === "es" ? "es-VE" : "en";
    return value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: "always" });
  }

  /** "a, b y c". @param {string[]} things */
  list(things) {
    return new Intl.ListFormat(this.language).format(things);
  }

  /** @param {number} m2 */
  area(m2) {
    return m2 < 10_000 ? `${this.number(m2)}\u00a0m²` : `${this.number(m2 / 10_000, 1)}\u00a0ha`;
  }

  /** @param {number} m */
  length(m) {
    return m < 1000 ? `${this.number(m)}\u00a0m` : `${this.number(m / 1000, 1)}\u00a0km`;
  }
}

/** A name on lines of about the same length, to write on a map. @param {string} name @param {number} [most] letters in a line */
export function balanced(name, most = 16) {
  const wanted = Math.max(most, name.length / Math.ceil(name.length / most));
  /** @type {string[]} */
  const lines = [];
  for (const word of name.split(/\s+/)) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 1 + word.length <= wanted) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
