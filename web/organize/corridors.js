// @ts-check
/** Corridors: who is to be joined, what that takes, what is missing, and with whom to talk. */
import { $, on, tell } from "../draw/page.js";
import { Affirming } from "./affirming.js";
import { CorridorAnswer } from "./corridor_answer.js";
import * as looks from "./looks.js";
import { Overlay } from "./map.js";
import { Members } from "./members.js";

/** @typedef {import("./page.js").Page} Page */

const ALTERNATIVES = 2;
const FACTORS = { prefer: 0.5, avoid: 3 };
const BARRIERS = { avoid: 5000, never: null };

export class Corridors {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { board } = page;
    /** @type {any} what was asked last, and what came of it */
    this.asked = null;
    /** @type {any} */
    this.found = null;
    this.chosen = new Overlay(board, looks.pin);
    /** @type {Overlay} */
    this.shapes = new Overlay(board, looks.corridor(() => this.answer?.shown ?? null));
    this.members = new Members($("corridor-members"), page, {
      levels: ["commune", "council", "corridor"],
      isOrdered: () => input("corridor-ordered").checked,
      onChanged: () => this.#pin(),
    });
    this.answer = new CorridorAnswer(page, {
      onChosen: (corridor) => this.shapes.fill(corridor.shapes),
      onShow: (id) => {
        this.shapes.refresh();
        if (!id) return;
        this.shapes.goTo(id);
        $("stage").scrollIntoView({ block: "nearest" });
      },
    });
    this.affirming = new Affirming(page, (ground) => this.shapes.fill(ground));
    on("corridor-print", () => print());
    on("corridor-keep-open", () => {
      $("corridor-keep").hidden = false;
      $("corridor-name").focus();
    });
    $("corridor-ordered").addEventListener("change", () => {
      this.members.show();
      this.#pin();
    });
    $("corridor-ask").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
    $("corridor-keep").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
  }

  /** What lies on the map while this is asked. */
  get overlays() {
    return [this.shapes, this.chosen];
  }

  /** @param {[number, number]} place @param {(overlay: Overlay) => any} under */
  tapped(place, under) {
    const found = this.found ? under(this.shapes) : null;
    if (found && this.answer.choose(String(found.getId()))) return;
    void this.members.pick(place);
  }

  /** Where the chosen ones lie. */
  #pin() {
    const features = this.members.chosen.map(({ id, name, at }, number) => ({
      type: "Feature",
      id,
      properties: { name: input("corridor-ordered").checked ? `${number + 1}. ${name}` : name },
      geometry: { type: "Point", coordinates: at },
    }));
    this.chosen.fill({ type: "FeatureCollection", features }, { fit: false });
  }

  async #ask() {
    const { words } = this.page;
    if (this.members.ids.length < 2) {
      tell(words.say("corridor.too_few"));
      this.members.field.focus();
      return;
    }
    const asked = this.#wishes();
    const told = await this.page.run({ kind: "corridor", ...asked });
    if (!told) return;
    this.asked = asked;
    this.found = told;
    this.chosen.clear();
    $("corridor-found").hidden = false;
    $("corridor-keep").hidden = true;
    this.answer.fill(told, this.page.job.place ?? "");
    tell(words.say("corridor.told", { count: words.number(told.corridors.length) }));
    $("corridor-title").focus({ preventScroll: true });
    $("stage").scrollIntoView({ block: "start" });
  }

  #wishes() {
    /** @type {Record<string, number>} */
    const factors = {};
    for (const kind of ["protected", "roads", "hazards", "indigenous"]) {
      const choice = /** @type {"any" | "prefer" | "avoid"} */ (input(`corridor-${kind}`).value);
      if (choice !== "any") factors[kind] = FACTORS[choice];
    }
    const rivers = /** @type {"any" | "avoid" | "never"} */ (input("corridor-rivers").value);
    return {
      members: this.members.ids,
      ordered: input("corridor-ordered").checked,
      width_m: Number(input("corridor-width").value),
      reinforced: true,
      alternatives: ALTERNATIVES,
      costs: Object.fromEntries(["commune", "council", "uncovered"].map((kind) => [kind, Number(input(`corridor-cost-${kind}`).value)])),
      families: input("corridor-families").checked,
      factors,
      barriers: rivers === "any" ? {} : { rivers: BARRIERS[rivers] },
    };
  }

  async #keep() {
    const { words } = this.page;
    const corridor = this.answer.corridor;
    if (!corridor) return;
    const groups = { members: this.asked.members, on_the_way: corridor.talk_to.map((/** @type {{ id: string }} */ each) => each.id) };
    const shared = input("corridor-shared").checked;
    const plan = { kind: "corridor", name: input("corridor-name").value.trim(), settings: { ...this.asked, kind: corridor.kind }, groups, shared };
    if (!(await this.page.ask("/api/plans", "POST", plan))) return;
    $("corridor-keep").hidden = true;
    tell(words.say("corridor.is_kept"));
    await this.affirming.list();
    $("corridor-kept").scrollIntoView({ block: "nearest" });
  }
}

/** @param {string} id @returns {HTMLInputElement} */
function input(id) {
  return $(id);
}
