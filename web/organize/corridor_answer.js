// @ts-check
/** What there is to say about corridors: side by side, and of the chosen one all that there is to do. */
import { $, button, item } from "../draw/page.js";
import { drawWidths } from "./widths.js";

/** @typedef {{ id: string, name: string }} Named */
/**
 * @typedef {object} Corridor
 * @property {"core" | "axis" | "reinforced" | "alternative"} kind
 * @property {number | null} times_least
 * @property {number} length_m
 * @property {number} area_m2
 * @property {number | null} narrowest_m
 * @property {number} continuity
 * @property {number} councils
 * @property {number} families
 * @property {number} families_unknown
 * @property {Named[]} unreached
 * @property {Named[]} talk_to
 * @property {{ id: string, length_m: number, beside: Named[] }[]} breaks
 * @property {{ council: Named, bypass_cost: number | null, bypass: Named[], bypass_is_uncovered: boolean }[]} cuts
 * @property {{ start: Named, end: Named, belts: number, possible: number }[]} belts
 * @property {import("./widths.js").Place[]} profile
 * @property {{ layer: string, id: string, name: string, source: string | null, share: number, area_m2: number, length_m: number, crossings: number }[]} crossed
 * @property {Named[]} water
 * @property {{ features: any[] }} shapes
 */

const FILES = ["geojson", "gpkg", "csv"];

export class CorridorAnswer {
  /** @param {import("./page.js").Page} page @param {{ onChosen: (corridor: Corridor) => void, onShow: (id: string | null) => void }} listener */
  constructor(page, { onChosen, onShow }) {
    this.page = page;
    this.onChosen = onChosen;
    this.onShow = onShow;
    /** @type {{ members: Named[], width_m: number, corridors: Corridor[] } | null} */
    this.told = null;
    this.at = 0;
    /** @type {string | null} id of the feature that is pointed out */
    this.shown = null;
  }

  /** @returns {Corridor | null} */
  get corridor() {
    return this.told?.corridors[this.at] ?? null;
  }

  /** @param {{ members: Named[], width_m: number, corridors: Corridor[] }} told @param {string} job where it can be fetched again */
  fill(told, job) {
    const { words, start } = this.page;
    this.told = told;
    this.at = 0;
    const title = words.say("corridor.of", { members: words.list(told.members.map(({ name }) => name)) });
    for (const id of ["corridor-title", "corridor-paper"]) $(id).textContent = title;
    $("corridor-files").replaceChildren(
      ...FILES.map((form) => {
        const link = document.createElement("a");
        link.href = `${job}/result?format=${form}&lang=${start.language}`;
        link.download = "";
        link.textContent = words.say(`corridor.file.${form}`);
        return item(link);
      }),
    );
    this.#show();
  }

  /** Point out what a tap on the map has found; whether the list has it. @param {string} id */
  choose(id) {
    const row = document.querySelector(`#corridor-todo [data-shape="${CSS.escape(id)}"]`);
    if (!row) return false;
    this.#mark(id);
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("button")?.focus({ preventScroll: true });
    return true;
  }

  #show() {
    const { words } = this.page;
    const { corridor } = this;
    if (!corridor || !this.told) return;
    this.shown = null;
    this.#compare();
    this.#fragile(corridor);
    this.#todo(corridor);
    $("corridor-cuts").replaceChildren(...(corridor.cuts.length ? corridor.cuts.map((cut) => item(this.#cut(cut))) : [item(words.say("corridor.cuts.none"))]));
    $("corridor-belts").replaceChildren(
      ...corridor.belts.map(({ start, end, belts, possible }) =>
        item(words.say(belts === 1 ? "corridor.belt" : "corridor.belt.many", { start: start.name, end: end.name, belts: words.number(belts), possible: words.number(possible) })),
      ),
    );
    drawWidths($("corridor-widths"), corridor.profile, this.told.width_m, words);
    this.#crossed(corridor);
    this.onChosen(corridor);
  }

  /** All of them in a table, one chosen. */
  #compare() {
    const { words } = this.page;
    const all = this.told?.corridors ?? [];
    /** @type {[string, (corridor: Corridor) => string][]} */
    const rows = [
      ["price", ({ times_least }) => (times_least === null ? "—" : words.say("corridor.times", { times: words.number(times_least, 2) }))],
      ["length", ({ length_m }) => words.length(length_m)],
      ["narrowest", ({ narrowest_m }) => (narrowest_m === null ? "—" : words.length(narrowest_m))],
      ["continuity", ({ continuity }) => `${words.number(100 * continuity)}\u00a0%`],
      ["talk", ({ talk_to }) => words.number(talk_to.length)],
      ["breaks", ({ breaks }) => words.number(breaks.length)],
      ["cuts", ({ cuts }) => words.number(cuts.length)],
      ["councils", ({ councils }) => words.number(councils)],
      ["families", ({ families, families_unknown }) => `${families_unknown ? "≥\u00a0" : ""}${words.number(families)}`],
      ["area", ({ area_m2 }) => words.area(area_m2)],
    ];
    const head = document.createElement("tr");
    let alternative = 0;
    head.append(
      cell("td", ""),
      ...all.map((corridor, at) => {
        const name = corridor.kind === "alternative" ? words.say("corridor.kind.alternative", { number: ++alternative }) : words.say(`corridor.kind.${corridor.kind}`);
        const chosen = button(name, () => {
          this.at = at;
          this.#show();
          /** @type {HTMLElement | null} */ (document.querySelector("#corridor-compare [aria-pressed=true]"))?.focus();
        });
        chosen.setAttribute("aria-pressed", String(at === this.at));
        const made = cell("th", "");
        made.scope = "col";
        made.append(chosen);
        return made;
      }),
    );
    const body = rows.map(([key, told]) => {
      const row = document.createElement("tr");
      const name = cell("th", words.say(`corridor.measure.${key}`));
      name.scope = "row";
      row.append(
        name,
        ...all.map((corridor, at) => {
          const made = cell("td", told(corridor));
          made.classList.toggle("chosen", at === this.at);
          return made;
        }),
      );
      return row;
    });
    $("corridor-compare").replaceChildren(head, ...body);
  }

  /** A corridor that costs least holds by a thread; that is always said. @param {Corridor} corridor */
  #fragile({ kind, cuts }) {
    const { words } = this.page;
    const strong = this.told?.corridors.find((each) => each.kind === "reinforced");
    const sentences = [words.say(kind === "reinforced" ? "corridor.strong" : "corridor.fragile", { count: words.number(cuts.length) })];
    if (kind !== "reinforced" && strong?.times_least) {
      sentences.push(words.say("corridor.strong.price", { times: words.number(strong.times_least, 2), cuts: words.number(strong.cuts.length) }));
    }
    $("corridor-fragile").textContent = sentences.join(" ");
  }

  /** Breaks and councils on the way, numbered as on the map. @param {Corridor} corridor */
  #todo({ unreached, breaks, talk_to, shapes }) {
    const { words } = this.page;
    const missing = unreached.map(({ name }) => item(words.say("corridor.unreached", { name })));
    const gaps = breaks.map(({ id, length_m, beside }) => ({
      id,
      said: words.say(beside.length ? "corridor.break" : "corridor.break.alone", { length: words.length(length_m), beside: words.list(beside.map(({ name }) => name)) }),
    }));
    const talks = talk_to.map(({ id, name }) => ({ id: `council-${id}`, said: words.say("corridor.talk", { name }) }));
    const things = [...gaps, ...talks];
    for (const feature of shapes.features) {
      const at = things.findIndex(({ id }) => id === feature.id);
      if (at >= 0) feature.properties.number = String(at + 1);
    }
    const rows = things.map(({ id, said }, at) => {
      const letter = document.createElement("span");
      letter.className = "letter";
      letter.textContent = String(at + 1);
      letter.setAttribute("aria-hidden", "true");
      const sentence = document.createElement("span");
      sentence.textContent = said;
      const line = document.createElement("p");
      line.append(letter, sentence);
      const show = button(words.say("show"), () => this.#mark(this.shown === id ? null : id));
      show.setAttribute("aria-pressed", "false");
      show.setAttribute("aria-label", words.say("show.what", { what: said }));
      const buttons = document.createElement("p");
      buttons.className = "buttons screen";
      buttons.append(show);
      const row = item(line, buttons);
      row.dataset.shape = id;
      return row;
    });
    $("corridor-todo").replaceChildren(...missing, ...(rows.length || missing.length ? rows : [item(words.say("corridor.todo.none"))]));
  }

  /** @param {string | null} id */
  #mark(id) {
    this.shown = id;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#corridor-todo > li"))) {
      const isShown = id !== null && row.dataset.shape === id;
      row.classList.toggle("chosen", isShown);
      row.querySelector("[aria-pressed]")?.setAttribute("aria-pressed", String(isShown));
    }
    this.onShow(id);
  }

  /** @param {Corridor["cuts"][number]} cut */
  #cut({ council, bypass_cost, bypass, bypass_is_uncovered }) {
    const { words } = this.page;
    if (bypass_cost === null) return words.say("corridor.cut.alone", { name: council.name });
    const through = bypass.map(({ name }) => name);
    if (bypass_is_uncovered) through.push(words.say("corridor.uncovered"));
    return words.say(through.length ? "corridor.cut" : "corridor.cut.inside", { name: council.name, through: words.list(through) });
  }

  /** Municipalities, parks, dangers, rivers and water inside. @param {Corridor} corridor */
  #crossed({ crossed, water }) {
    const { words } = this.page;
    const rows = crossed.map(({ layer, name, source, share, area_m2, length_m, crossings }) => {
      const args = { name, source: source ?? "—", share: words.number(100 * share, 1), area: words.area(area_m2), length: words.length(length_m), times: words.number(crossings) };
      const key = layer === "rivers" && area_m2 === 0 ? "river" : layer;
      return item(words.say(`corridor.crosses.${key}`, args));
    });
    rows.push(...water.map(({ name }) => item(words.say("corridor.water", { name }))));
    if (!rows.length) rows.push(item(words.say("corridor.crosses.none")));
    $("corridor-crossed").replaceChildren(...rows);
  }
}

/** @template {"td" | "th"} K @param {K} tag @param {string} text */
function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
