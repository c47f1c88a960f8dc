// @ts-check
/** The gaps as a ranked list: what each is, why it is one, and what would close it. */
import { $, button, item } from "../draw/page.js";

/** @typedef {{ id: string, name: string }} Named */
/**
 * @typedef {object} Gap
 * @property {string} id
 * @property {any} geometry
 * @property {{ kind: string, because: string | null, called: string, why: string, closes: string, councils: Named[], around: Named[],
 *   people: number | null, families: number | null, area_m2: number, needed: number, by_road: { said: string } | null }} properties
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
    /** @type {Set<string>} what is called so is left out */
    this.hidden = new Set();
    /** @type {string | null} */
    this.chosen = null;
  }

  /** @returns {Gap[]} */
  get shown() {
    return this.gaps.filter(({ properties }) => !this.hidden.has(properties.called));
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
    for (const gap of this.gaps) kinds.set(gap.properties.called, [...(kinds.get(gap.properties.called) ?? []), gap]);
    const inOrder = [...kinds].sort(([, [one]], [, [other]]) => one.properties.kind.localeCompare(other.properties.kind));
    for (const [called, some] of inOrder) {
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.checked = true;
      tick.addEventListener("change", () => {
        if (tick.checked) this.hidden.delete(called);
        else this.hidden.add(called);
        this.#rows();
        this.onFiltered(this.shown);
      });
      const count = document.createElement("span");
      count.className = "count";
      count.textContent = this.words.number(some.length);
      const label = document.createElement("label");
      label.append(tick, letter(some[0].properties.kind), called, count);
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
    const road = document.createElement("p");
    road.textContent = properties.by_road?.said ?? "";
    road.hidden = !properties.by_road;
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
    const row = item(title, why, measures, road, closes, buttons);
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
