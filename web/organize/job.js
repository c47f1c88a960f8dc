// @ts-check
/** Long work on the server: begun, followed, stopped. */

/** @typedef {{ id: string, state: "waiting" | "running" | "done" | "failed" | "cancelled", step: string, done: number, of: number }} Told */

/** What the server refused, in its own words. */
export class Refused extends Error {}

export class Job {
  /** @param {string} language @param {(told: Told) => void} onTold */
  constructor(language, onTold) {
    this.language = language;
    this.onTold = onTold;
    /** @type {string | null} */
    this.place = null;
    /** @type {EventSource | null} */
    this.events = null;
  }

  /** Begin, and wait for what is found; nothing when it was stopped. @param {object} asked @returns {Promise<any>} */
  async run(asked) {
    const begun = await this.#ask("/api/jobs", "POST", asked);
    this.place = `/api/jobs/${(await begun.json()).id}`;
    const last = await this.#follow(this.place);
    if (last.state === "cancelled") return null;
    return (await this.#ask(`${this.place}/result`, "GET")).json();
  }

  async stop() {
    if (this.place) await this.#ask(this.place, "DELETE");
  }

  /** @param {string} place @returns {Promise<Told>} */
  #follow(place) {
    return new Promise((resolve, reject) => {
      this.events = new EventSource(`${place}/events`);
      this.events.addEventListener("message", ({ data }) => {
        /** @type {Told} */
        const told = JSON.parse(data);
        this.onTold(told);
        if (told.state === "waiting" || told.state === "running") return;
        this.events?.close();
        resolve(told);
      });
      // It connects again by itself; only where the server says no there is nothing to wait for.
      this.events.addEventListener("error", () => {
        if (this.events?.readyState === EventSource.CLOSED) reject(new Error("events"));
      });
    });
  }

  /** @param {string} place @param {string} method @param {object} [body] */
  async #ask(place, method, body) {
    const answer = await fetch(`${place}?lang=${this.language}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Refused((await answer.json()).detail);
    return answer;
  }
}
