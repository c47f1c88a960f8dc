// @ts-check
/** Long work on the server: begun, followed, stopped. */
import { got } from "./server.js";

/** @typedef {{ id: string, state: "waiting" | "running" | "done" | "failed" | "cancelled", step: string, done: number, of: number }} Told */

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
    const begun = await got(this.language, "/api/jobs", "POST", asked);
    this.place = `/api/jobs/${begun.id}`;
    const last = await this.#follow(this.place);
    return last.state === "cancelled" ? null : got(this.language, `${this.place}/result`, "GET");
  }

  async stop() {
    if (this.place) await got(this.language, this.place, "DELETE");
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
}
