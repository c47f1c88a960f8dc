// @ts-check
/** The gaps as a ranked list: what each is, why it is one, and what would close it. */
import { $, button, item } from "../draw/page.js";

/** @typedef {{ id: string, name: string }} Named */
/**
 * @typedef {object} Gap
 * @property {string} id
 * @property {any} geometry
 * @property {{ kind: string, called: string, why: string, closes: string, councils: Named[], around: Named[],
 *   people: number | null, families: number | null, area_m2: number, needed: number }} properties
 */

const SHOWN = 40;
const CLUSTER = "B";

export class GapList {
  /**
   * @param {import("../draw/words.js").Words} words
   * @param {{ onChosen: (id: string | null) => void, onFiltered: (gaps: Gap[]) => void, onPlan: (councils: string[]) => void }} listener
   */
  constructor(words, { onChosen, onFiltered, onPlan }) {
    this.words = words;
    this.onChosen = onChosen;
    this.onFiltered = onFiltered;
    this.onPlan = onPlan;
    /** @type {Gap[]} */
    this.gaps = [];
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {string | null} */
    this.chosen = null;
  }

  /** @returns {Gap[]} */
  get shown() {
    return this.gaps.filter(({ properties }) => !this.hidden.has(properties.kind));
  }

  /** @param {Gap[]} gaps */
  fill(gaps) {
    this.gaps = gaps;
    this.hidden = new Set();
    this.chosen = null;
    this.#kinds();
    this.#rows();
  }

  /** @param {string} id */
  choose(id) {
    const at = this.shown.findIndex((gap) => gap.id === id);
    if (at >= SHOWN) this.#rows(this.gaps.length);
    this.#mark(id);
    const row = $(`gap-${id}`);
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector("button")?.focus({ preventScroll: true });
  }

  #kinds() {
    const box = $("kinds");
    box.querySelectorAll("label").forEach((each) => each.remove());
    /** @type {Map<string, Gap[]>} */
    const kinds = new Map();
    for (const gap of this.gaps) kinds.set(gap.properties.kind, [...(kinds.get(gap.properties.kind) ?? []), gap]);
    for (const [kind, some] of [...kinds].sort()) {
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.checked = true;
      tick.addEventListener("change", () => {
        if (tick.checked) this.hidden.delete(kind);
        else this.hidden.add(kind);
        this.#rows();
        this.onFiltered(this.shown);
      });
      const count = document.createElement("span");
      count.className = "count";
      count.textContent = this.words.number(some.length);
      const label = document.createElement("label");
      label.append(tick, letter(kind), some[0].properties.called, count);
      box.append(label);
    }
    box.hidden = kinds.size < 2;
  }

  #rows(most = SHOWN) {
    const { shown } = this;
    const rows = shown.slice(0, most).map((gap) => this.#row(gap));
    if (shown.length > most) {
      rows.push(item(button(this.words.say("more", { count: this.words.number(shown.length - most) }), () => this.#rows(shown.length))));
    }
    if (!shown.length) rows.push(item(this.words.say("none")));
    $("gaps").replaceChildren(...rows);
    this.#mark(this.chosen);
  }

  /** @param {Gap} gap */
  #row({ id, properties }) {
    const { words } = this;
    const title = document.createElement("h3");
    title.append(letter(properties.kind), properties.called);
    const why = document.createElement("p");
    why.textContent = properties.why;
    const measures = document.createElement("p");
    measures.textContent = [
      properties.people === null ? null : words.say("people", { count: words.number(properties.people) }),
      properties.families === null ? null : words.say("families", { count: words.number(properties.families) }),
      words.area(properties.area_m2),
    ].filter(Boolean).join(" · ");
    const closes = document.createElement("p");
    closes.className = "closes";
    closes.textContent = properties.closes;
    const show = button(words.say("show"), () => {
      const isChosen = this.chosen === id;
      this.#mark(isChosen ? null : id);
      this.onChosen(isChosen ? null : id);
    });
    show.setAttribute("aria-pressed", "false");
    show.setAttribute("aria-label", words.say("show.what", { what: properties.why }));
    const buttons = document.createElement("p");
    buttons.className = "buttons screen";
    buttons.append(show);
    if (properties.kind === CLUSTER) {
      buttons.append(button(words.say("plan"), () => this.onPlan(properties.councils.map((each) => each.id)), ""));
    }
    const row = item(title, why, measures, closes, buttons);
    row.id = `gap-${id}`;
    return row;
  }

  /** @param {string | null} id */
  #mark(id) {
    this.chosen = id;
    for (const row of $("gaps").children) {
      const isChosen = row.id === `gap-${id}`;
      row.classList.toggle("chosen", isChosen);
      row.querySelector("[aria-pressed]")?.setAttribute("aria-pressed", String(isChosen));
    }
  }
}

/** @param {string} kind */
function letter(kind) {
  const made = document.createElement("span");
  made.className = "letter";
  made.setAttribute("aria-hidden", "true");
  made.textContent = kind;
  return made;
}
