// @ts-check
/** What all questions of organizers share: words, map, where to look, work on the server, files to take along. */
import { $, on, tell } from "../draw/page.js";
import { Words } from "../draw/words.js";
import { Job } from "./job.js";
import { Board } from "./map.js";
import { Refused, got } from "./server.js";

const STEPS = ["layout", "councils", "land", "roads", "people", "exchange", "satellites"];

/** @typedef {{ bounds: number[], language: string, sentences: Record<string, any>, has_key: boolean, groups: string[] }} Start groups: levels that are made of others */

export class Page {
  /** @param {Start} start */
  constructor(start) {
    this.start = start;
    this.words = new Words(start.sentences, start.language);
    this.board = new Board($("map"), { bounds: start.bounds, words: { zoomIn: this.words.say("zoom_in"), zoomOut: this.words.say("zoom_out") } });
    this.job = new Job(start.language, (told) => this.#goesOn(told));
    on("stop", () => void this.job.stop());
    addEventListener("beforeprint", () => this.board.print(true));
    addEventListener("afterprint", () => this.board.print(false));
  }

  /** Have something done on the server; nothing when it was stopped or refused, which is said. @param {object} asked @returns {Promise<any>} */
  run = async (asked) => {
    this.#isWorking(true);
    try {
      const told = await this.job.run(asked);
      if (!told) tell(this.words.say("stopped"));
      return told;
    } catch (error) {
      this.#refuse(error);
      return null;
    } finally {
      this.#isWorking(false);
    }
  };

  /** Ask the server something that takes no time; nothing when it was refused, which is said.
   * @param {string} path @param {import("./server.js").Method} [method] @param {object} [body] @param {number} [version] @returns {Promise<any>}
   */
  async ask(path, method = "GET", body, version) {
    try {
      return await got(this.start.language, path, method, body, version);
    } catch (error) {
      this.#refuse(error);
      return null;
    }
  }

  /** Where to look, as asked in a form. @param {string} [box] @returns {object} */
  where(box = "where") {
    const where = /** @type {HTMLSelectElement} */ ($(box)).value;
    if (where === "view") return { bbox: this.board.bounds.map((/** @type {number} */ side) => side.toFixed(6)).join(",") };
    return where ? { jurisdiction: where } : {};
  }

  /** Give a GeoJSON file. @param {string} name @param {object} told */
  keepFile(name, told) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(told)], { type: "application/geo+json" }));
    link.download = `${name}.geojson`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** Rows of a list of measures. @param {[string, string][]} rows @returns {HTMLElement[]} */
  terms(rows) {
    return rows.flatMap(([name, value]) => {
      const [term, told] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      told.textContent = value;
      return [term, told];
    });
  }

  /** @param {unknown} error */
  #refuse(error) {
    tell(error instanceof Refused ? error.message : this.words.say("failed"));
  }

  /** @param {import("./job.js").Told} told */
  #goesOn({ step, done, of }) {
    const bar = /** @type {HTMLProgressElement} */ ($("how-far"));
    if (of) [bar.max, bar.value] = [of, done];
    $("doing").textContent = this.words.say(STEPS.includes(step) ? `step.${step}` : step ? "step.other" : "step.waiting");
  }

  /** @param {boolean} is */
  #isWorking(is) {
    $("working").hidden = !is;
    for (const button of document.querySelectorAll("form.question button:not([type=button])")) /** @type {HTMLButtonElement} */ (button).disabled = is;
    if (!is) return;
    tell("");
    $("doing").textContent = this.words.say("step.waiting");
    /** @type {HTMLProgressElement} */ ($("how-far")).removeAttribute("value");
  }
}
