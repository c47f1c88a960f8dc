// @ts-check
/** Asks the server about the drawing: at once, or after the last of several changes; only the last answer counts. */

// Long enough that a pulled point asks once, short enough to feel at once.
const PATIENCE_MS = 120;

/**
 * @typedef {object} Finding
 * @property {string} id
 * @property {string} code
 * @property {"error" | "warning" | "note"} severity
 * @property {string} message
 * @property {Record<string, unknown>} args
 * @property {any} geometry
 * @property {[number, number] | null} place
 */

/** @typedef {{ boundary: any, area_m2: number, perimeter_m: number, findings: Finding[], notices: { message: string }[] }} Answer */

export class Checker {
  /**
   * @param {string} url
   * @param {{ asking: () => void, answered: (answer: Answer) => void, refused: (sentence: string | null) => void }} listener
   *   refused gets the server's sentence, or null when it could not be reached
   */
  constructor(url, listener) {
    this.url = url;
    this.listener = listener;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** When something changed last, in milliseconds. */
    this.changed = -Infinity;
    /** @type {AbortController | null} */
    this.asked = null;
  }

  /** @param {object | null} feature null: there is nothing to ask about any more */
  ask(feature) {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.asked = null;
    // One change is asked about at once; of several in a row, the last one.
    const isFirst = performance.now() - this.changed > PATIENCE_MS;
    this.changed = performance.now();
    if (feature) this.timer = setTimeout(() => this.#send(feature), isFirst ? 0 : PATIENCE_MS);
  }

  /** @param {object} feature */
  async #send(feature) {
    const asked = new AbortController();
    this.asked = asked;
    this.listener.asking();
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(feature),
        signal: asked.signal,
      });
      const answer = await response.json();
      if (asked.signal.aborted) return;
      if (response.ok) this.listener.answered(answer);
      else this.listener.refused(answer.detail ?? null);
    } catch {
      if (!asked.signal.aborted) this.listener.refused(null);
    }
  }
}
