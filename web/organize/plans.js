// @ts-check
/** Candidate communes: several plans side by side, moved by hand, settled, kept and shown to their councils. */
import { $, button, item, on } from "../draw/page.js";
import { got } from "./server.js";

/** @typedef {import("./gaps.js").Named} Named */
/** @typedef {{ id: number, geometry: any, properties: { councils: Named[], families: number | null, area_m2: number, compactness: number, travel_h: number | null, crossings: number, is_connected: boolean, is_within: boolean, is_locked: boolean } }} Group */
/** @typedef {{ served: number, bound: number, is_valid: boolean, compactness: number, groups: { features: Group[] }, left_over: (Named & { why: string })[] }} Plan */
/** @typedef {{ councils: number, least: number, most: number, seed: number, plans: Plan[] }} Candidates */

const LETTERS = 26;
const OUT = "";

export class Plans {
  /**
   * @param {import("../draw/words.js").Words} words
   * @param {{ run: (asked: object) => Promise<any>, onShown: (plan: Plan | null) => void, tell: (said: string) => void }} page
   */
  constructor(words, { run, onShown, tell }) {
    this.words = words;
    this.run = run;
    this.onShown = onShown;
    this.tell = tell;
    /** @type {any} */
    this.asked = {};
    /** @type {Candidates | null} */
    this.found = null;
    this.at = 0;
    /** @type {Set<number>} groups that stay as they are */
    this.locked = new Set();
    $("sizes").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#propose({ ...this.#sizes(), seed: (this.found?.seed ?? 0) + 1, locked: this.#settled() });
    });
    on("print-plan", () => print());
    // On paper everybody is named.
    addEventListener("beforeprint", () => {
      for (const each of document.querySelectorAll("#groups details")) /** @type {HTMLDetailsElement} */ (each).open = true;
    });
    $("keep").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
  }

  /** @returns {Plan | undefined} */
  get plan() {
    return this.found?.plans[this.at];
  }

  /** Group some councils. @param {string[]} councils */
  async open(councils) {
    this.asked = { councils };
    this.locked.clear();
    await this.#propose({});
    $("plans-title").focus();
    $("plans").scrollIntoView({ block: "start" });
  }

  /** @param {object} more */
  async #propose(more) {
    const found = await this.run({ kind: "proposals", ...this.asked, ...more });
    if (!found) return;
    this.found = found;
    this.at = 0;
    this.locked = new Set(this.plan?.groups.features.filter(({ properties }) => properties.is_locked).map(({ id }) => id));
    /** @type {HTMLInputElement} */ ($("least")).value = String(found.least);
    /** @type {HTMLInputElement} */ ($("most")).value = String(found.most);
    this.#show();
  }

  #sizes() {
    const ids = ["least", "most", "travel-weight", "crossing-weight", "road-minutes"];
    const [least, most, travel, crossing, minutes] = ids.map((id) => Number(/** @type {HTMLInputElement} */ ($(id)).value));
    const barriers = [...document.querySelectorAll("#plan-barriers :checked")].map((each) => /** @type {HTMLInputElement} */ (each).value);
    return { least, most, travel_weight: travel, crossing_weight: crossing, barriers, ...(minutes ? { road_minutes: minutes } : {}) };
  }

  /** Ids of councils by the name of their group. @param {(group: Group) => boolean} [of] */
  #groups(of = () => true) {
    const groups = this.plan?.groups.features.filter(of) ?? [];
    return Object.fromEntries(groups.map((group) => [nameOf(group.id), group.properties.councils.map(({ id }) => id)]));
  }

  #settled() {
    return this.#groups(({ id }) => this.locked.has(id));
  }

  #show() {
    $("plans").hidden = false;
    this.#compare();
    this.#list();
    this.onShown(this.plan ?? null);
  }

  /** All plans in a table, one of them shown. */
  #compare() {
    const { words } = this;
    const plans = this.found?.plans ?? [];
    const count = this.found?.councils ?? 0;
    /** @type {[string, (plan: Plan) => string][]} */
    const rows = [
      ["plan.groups", ({ groups }) => words.number(groups.features.length)],
      ["plan.served", ({ served }) => `${words.number(served)} / ${words.number(count)}`],
      ["plan.left_over", ({ left_over, bound }) => words.say("plan.left_over.of", { count: words.number(left_over.length), least: words.number(bound) })],
      ["plan.compactness", ({ compactness }) => words.number(compactness, 2)],
      ...(plans.some(({ groups }) => groups.features.some(({ properties }) => properties.travel_h !== null))
        ? [/** @type {[string, (plan: Plan) => string]} */ (["plan.travel", ({ groups }) => this.#minutes(groups.features)])]
        : []),
      ["plan.crossings", ({ groups }) => words.number(groups.features.reduce((sum, each) => sum + each.properties.crossings, 0))],
    ];
    const head = document.createElement("tr");
    head.append(
      cell("td", ""),
      ...plans.map((_, at) => {
        const chosen = button(words.say("plan.number", { number: at + 1 }), () => {
          this.at = at;
          this.locked.clear();
          this.#show();
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
      const name = cell("th", words.say(key));
      name.scope = "row";
      row.append(name, ...plans.map((plan) => cell("td", told(plan))));
      return row;
    });
    $("compare").replaceChildren(head, ...body);
  }

  /** Mean time from the middle of a commune to its councils. @param {readonly Group[]} groups */
  #minutes(groups) {
    const hours = groups.map(({ properties }) => properties.travel_h ?? 0);
    return this.words.number((60 * hours.reduce((sum, each) => sum + each, 0)) / (hours.length || 1));
  }

  /** The groups of the plan that is shown, with their councils. */
  #list() {
    const { words, plan } = this;
    if (!plan) return;
    const rows = plan.groups.features.map((group) => this.#group(group));
    if (plan.left_over.length) {
      const title = document.createElement("h3");
      title.textContent = words.say("plan.out");
      const list = document.createElement("ul");
      list.append(...plan.left_over.map((each) => this.#council(each, OUT, each.why)));
      rows.push(item(title, list));
    }
    $("groups").replaceChildren(...rows);
  }

  /** @param {Group} group */
  #group({ id, properties }) {
    const { words } = this;
    const title = document.createElement("h3");
    title.textContent = words.say("plan.group", { name: nameOf(id), count: words.number(properties.councils.length) });
    const facts = document.createElement("p");
    facts.textContent = [
      properties.families === null ? null : words.say("families", { count: words.number(properties.families) }),
      words.area(properties.area_m2),
      properties.is_connected ? null : words.say("plan.apart"),
      properties.is_within ? null : words.say("plan.size"),
    ].filter(Boolean).join(" · ");
    const lock = document.createElement("input");
    lock.type = "checkbox";
    lock.checked = this.locked.has(id);
    lock.addEventListener("change", () => {
      if (lock.checked) this.locked.add(id);
      else this.locked.delete(id);
    });
    const settle = document.createElement("label");
    settle.className = "screen settle";
    settle.append(lock, words.say("plan.lock"));
    const list = document.createElement("ul");
    list.append(...properties.councils.map((council) => this.#council(council, nameOf(id))));
    const inside = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = words.say("plan.councils");
    inside.append(summary, list);
    return item(title, facts, settle, inside);
  }

  /** @param {Named} council @param {string} group @param {string} [why] */
  #council({ id, name }, group, why) {
    const choice = document.createElement("select");
    choice.setAttribute("aria-label", this.words.say("plan.move", { name }));
    for (const each of [...Object.keys(this.#groups()), OUT]) {
      choice.append(new Option(each || this.words.say("plan.out"), each, each === group, each === group));
    }
    choice.addEventListener("change", () => void this.#move(id, choice.value));
    const said = document.createElement("span");
    said.textContent = name;
    const row = item(said, choice);
    if (why) {
      const reason = document.createElement("p");
      reason.className = "fine";
      reason.textContent = why;
      row.append(reason);
    }
    return row;
  }

  /** @param {string} council @param {string} to */
  async #move(council, to) {
    const groups = this.#groups();
    for (const name of Object.keys(groups)) groups[name] = groups[name].filter((id) => id !== council);
    if (to) groups[to].push(council);
    for (const name of Object.keys(groups)) if (!groups[name].length) delete groups[name];
    try {
      const measured = await got(this.words.language, "/api/proposals/measured", "POST", { ...this.asked, ...this.#sizes(), groups });
      if (this.found) this.found.plans[this.at] = measured.plans[0];
      this.#show();
      this.tell(this.words.say(measured.plans[0].is_valid ? "plan.valid" : "plan.invalid"));
    } catch (error) {
      this.tell(String(/** @type {Error} */ (error).message));
    }
  }

  async #keep() {
    const name = /** @type {HTMLInputElement} */ ($("plan-name")).value.trim();
    const shared = /** @type {HTMLInputElement} */ ($("plan-shared")).checked;
    const settings = { ...this.asked, ...this.#sizes(), seed: this.found?.seed };
    try {
      await got(this.words.language, "/api/plans", "POST", { kind: "communes", name, settings, groups: this.#groups(), shared });
      this.tell(this.words.say(shared ? "plan.kept.shared" : "plan.kept"));
      await this.listKept();
    } catch (error) {
      this.tell(String(/** @type {Error} */ (error).message));
    }
  }

  /** Plans that were kept before. */
  async listKept() {
    /** @type {{ name: string, shared: boolean, groups: number }[]} */
    const kept = await got(this.words.language, "/api/plans", "GET").catch(() => []);
    $("kept").hidden = !kept.length;
    $("kept-plans").replaceChildren(
      ...kept.map(({ name, shared, groups }) => item(this.words.say(shared ? "plan.row.shared" : "plan.row", { name, count: this.words.number(groups) }))),
    );
  }
}

/** A, B … Z, A1, B1 … @param {number} number */
export function nameOf(number) {
  const round = Math.floor(number / LETTERS);
  return String.fromCharCode(65 + (number % LETTERS)) + (round || "");
}

/** @template {"td" | "th"} K @param {K} tag @param {string} text */
function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
