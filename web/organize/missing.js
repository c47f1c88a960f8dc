// @ts-check
/** What is missing somewhere: asked, ranked, shown on the map, taken along, and made into a plan. */
import { $, on, tell } from "../draw/page.js";
import { GapList } from "./gaps.js";
import * as looks from "./looks.js";
import { Overlay } from "./map.js";
import { Plans } from "./plans.js";

/** @typedef {import("./page.js").Page} Page */

export class Missing {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { board, words } = page;
    /** @type {any} what was found last */
    this.found = null;
    this.area = new Overlay(board, looks.area());
    /** @type {Overlay} */
    this.gaps = new Overlay(board, looks.gaps(() => this.list?.chosen ?? null));
    this.groups = new Overlay(board, looks.group);
    this.list = new GapList(words, {
      onChosen: (id) => {
        this.#mark(id);
        if (id) $("stage").scrollIntoView({ block: "nearest" });
      },
      onPlan: (councils) => void this.plans.open(councils),
      onFiltered: (gaps) => this.#lay(gaps),
    });
    this.plans = new Plans(words, { run: page.run, onShown: (plan) => this.groups.fill(plan?.groups), tell });
    $("ask").addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = await page.run({ kind: "gaps", ...page.where() });
      if (told) this.#show(told);
    });
    on("print", () => print());
    on("download", () => page.keepFile(words.say("file"), { type: "FeatureCollection", features: this.found.features }));
  }

  /** What lies on the map while this is asked. */
  get overlays() {
    return [this.area, this.gaps, this.groups];
  }

  /** @param {[number, number]} _ @param {(overlay: Overlay) => any} under */
  tapped(_, under) {
    const gap = under(this.gaps);
    if (!gap) return;
    this.list.choose(String(gap.getId()));
    this.#mark(this.list.chosen);
  }

  /** @param {string | null} id */
  #mark(id) {
    this.gaps.refresh();
    if (id) this.gaps.goTo(id);
  }

  /** @param {readonly import("./gaps.js").Gap[]} gaps */
  #lay(gaps) {
    this.gaps.fill({ type: "FeatureCollection", features: gaps.filter(({ geometry }) => geometry) }, { fit: false });
  }

  /** @param {any} told */
  #show(told) {
    const { words } = this.page;
    this.found = told;
    $("found").hidden = false;
    this.#covered(told.coverage);
    $("population").textContent = told.population
      ? words.say("population", { called: told.population.called, source: told.population.source, date: told.population.date ?? "—" })
      : words.say("population.unknown");
    $("plans").hidden = true;
    $("by-road").hidden = !told.roads.length;
    this.groups.clear();
    this.list.fill(told.features);
    this.#lay(told.features);
    this.area.fill(told.area);
    tell(words.say("told", { count: words.number(told.features.length) }));
    $("found-title").focus({ preventScroll: true });
  }

  /** @param {any} coverage */
  #covered(coverage) {
    const { words } = this.page;
    /** @type {[string, string][]} */
    const rows = [
      [words.say("covered.councils"), this.#part(coverage.councils_m2, coverage.area_m2, words.area(coverage.councils_m2))],
      [words.say("covered.communes"), this.#part(coverage.communes_m2, coverage.area_m2, words.area(coverage.communes_m2))],
      [words.say("covered.in_communes"), `${words.number(coverage.in_communes)} / ${words.number(coverage.councils)}`],
    ];
    if (coverage.people !== null) {
      rows.push([words.say("covered.people"), this.#part(coverage.people_in_councils, coverage.people, words.number(coverage.people_in_councils))]);
    }
    $("coverage").replaceChildren(...this.page.terms(rows));
  }

  /** @param {number} some @param {number} all @param {string} said */
  #part(some, all, said) {
    return all ? `${said} (${this.page.words.number((100 * some) / all, 1)}\u00a0%)` : said;
  }
}
