// @ts-check
/** Who could exchange what with whom: noted by each territory, matched, shown on the map. */
import { $, button, item, on, tell } from "../draw/page.js";
import { Listed } from "./listed.js";
import { Overlay } from "./map.js";
import { Members } from "./members.js";
import { link, openEnd } from "./network_looks.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./listed.js").Thing} Thing */
/** @typedef {{ id: string, revision: number, side: "offers" | "needs", product: string, amount: number, unit: string }} Entry */
/** @typedef {{ role: string, territories: string[] }} Key */

const KINDS = ["flow", "needs", "offers", "satellite"];
const SPOKESPERSON = "spokesperson";

export class Network {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { board, words } = page;
    /** @type {Thing[]} what was found last */
    this.found = [];
    /** @type {string | null} */
    this.chosen = null;
    const chosen = () => this.chosen;
    /** @type {(feature: any) => number} */
    const share = (feature) => feature.get("amount") / this.#largest(feature.get("product"), feature.get("unit"));
    this.links = new Overlay(board, link(chosen, share, (feature) => this.#amount(feature.getProperties())));
    this.ends = new Overlay(board, openEnd(chosen));
    this.lists = KINDS.map((kind) => new Listed($(`${kind}-list`), words, (id) => this.#choose(id)));
    this.whose = new Members($("whose-exchange"), page, {
      onChanged: () => {
        if (this.whose.chosen.length > 1) this.whose.fill(this.whose.chosen.slice(-1));
        void this.#list();
      },
    });
    $("match").addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = await page.run({ kind: "network", ...page.where("match-where"), by_road: /** @type {HTMLInputElement} */ ($("by-road")).checked });
      if (told) this.#show(told.features);
    });
    $("note").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#note();
    });
    $("own-exchange").addEventListener("change", () => void this.#list());
    $("only").addEventListener("change", () => this.#lay());
    on("print-matched", () => print());
    on("download-matched", () => page.keepFile(words.say("network.file"), { type: "FeatureCollection", features: this.found }));
    if (page.start.has_key) void this.#greet();
  }

  /** What lies on the map while this is asked. */
  get overlays() {
    return [this.links, this.ends];
  }

  /** @param {[number, number]} place @param {(overlay: Overlay) => any} under */
  tapped(place, under) {
    const found = under(this.ends) ?? under(this.links);
    if (found) {
      this.chosen = String(found.getId());
      for (const list of this.lists) list.choose(this.chosen);
      this.#refresh();
    } else if (!$("whose-exchange").closest("[hidden]")) void this.whose.pick(place);
  }

  /** Show what whoever has the key can do here: to note, or to match. */
  async #greet() {
    /** @type {Key | null} */
    const key = await this.page.ask("/api/key");
    const isOwn = key?.role === SPOKESPERSON;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for]"))) part.hidden = (part.dataset.for === SPOKESPERSON) !== isOwn;
    if (!isOwn) return;
    const names = await Promise.all((key?.territories ?? []).map(async (id) => (await this.page.ask(`/api/territories/${encodeURIComponent(id)}`))?.properties?.name ?? id));
    $("own-exchange").replaceChildren(...(key?.territories ?? []).map((id, at) => new Option(names[at], id)));
    await this.#list();
  }

  /** Whose offers and needs are looked at. */
  get #territory() {
    const own = /** @type {HTMLSelectElement} */ ($("own-exchange")).value;
    return own || this.whose.ids[0] || "";
  }

  get #place() {
    return `/api/territories/${encodeURIComponent(this.#territory)}/exchange`;
  }

  /** What the territory noted so far. */
  async #list() {
    const { words } = this.page;
    /** @type {Entry[]} */
    const entries = this.#territory ? ((await this.page.ask(this.#place)) ?? []) : [];
    const canNote = !$("note").hidden;
    const rows = entries.map((entry) => {
      const said = document.createElement("span");
      said.textContent = words.say(`network.entry.${entry.side}`, { product: entry.product, amount: this.#amount(entry) });
      if (!canNote) return item(said);
      const over = button(words.say("network.over"), () => void this.#end(entry));
      over.setAttribute("aria-label", words.say("network.over.what", { what: said.textContent }));
      return item(said, over);
    });
    if (this.#territory && !rows.length) rows.push(item(words.say("network.no_entries")));
    $("entries").replaceChildren(...rows);
    if (canNote) await this.#offerWords();
  }

  /** What others call what they exchange. */
  async #offerWords() {
    /** @type {{ product: string, unit: string }[]} */
    const known = (await this.page.ask("/api/products")) ?? [];
    for (const name of /** @type {const} */ (["product", "unit"])) {
      const options = [...new Set(known.map((each) => each[name]))].map((value) => new Option(value, value));
      $(`${name}s`).replaceChildren(...options);
    }
  }

  async #note() {
    const { words } = this.page;
    const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ ($(id));
    // A comma is what people write; the server wants a number.
    const amount = Number(field("amount").value.trim().replace(",", "."));
    if (!(amount > 0)) {
      tell(words.say("network.amount.wrong"));
      field("amount").focus();
      return;
    }
    const side = new FormData(/** @type {HTMLFormElement} */ ($("note"))).get("side");
    const made = await this.page.ask(this.#place, "POST", { side, product: field("product").value, amount, unit: field("unit").value });
    if (!made) return;
    tell(words.say("network.kept"));
    for (const id of ["product", "amount", "unit"]) field(id).value = "";
    field("product").focus();
    await this.#list();
  }

  /** @param {Entry} entry */
  async #end(entry) {
    const ended = await this.page.ask(`${this.#place}/${encodeURIComponent(entry.id)}`, "DELETE", undefined, entry.revision);
    if (!ended) return;
    tell(this.page.words.say("network.ended"));
    await this.#list();
    $("noted-title").focus();
  }

  /** @param {Thing[]} features */
  #show(features) {
    const { words } = this.page;
    this.found = features;
    $("matched").hidden = false;
    const products = [...new Set(features.map(({ properties }) => properties.product).filter(Boolean))].sort();
    $("only").replaceChildren(new Option(words.say("network.only.all"), ""), ...products.map((each) => new Option(each, each)));
    this.#lay({ fit: true });
    const count = (/** @type {string} */ kind) => words.number(features.filter(({ properties }) => properties.kind === kind).length);
    tell(features.length ? words.say("network.told", { flows: count("flow"), needs: count("needs") }) : words.say("network.none"));
    $("matched-title").focus({ preventScroll: true });
  }

  /** Lists and map, of one product or of all. @param {{ fit?: boolean }} [options] */
  #lay({ fit = false } = {}) {
    const only = /** @type {HTMLSelectElement} */ ($("only")).value;
    const shown = this.found.filter(({ properties }) => !only || properties.product === only || properties.kind === "satellite");
    this.chosen = null;
    KINDS.forEach((kind, at) => {
      const some = shown.filter(({ properties }) => properties.kind === kind);
      this.lists[at].fill(some);
      $(`${kind}-part`).hidden = !some.length;
      /** @type {HTMLElement} */ ($(`${kind}-part`).querySelector(".count")).textContent = `(${this.page.words.number(some.length)})`;
    });
    const isLine = (/** @type {Thing} */ { geometry }) => geometry?.type === "LineString";
    this.ends.fill({ type: "FeatureCollection", features: shown.filter((each) => each.geometry && !isLine(each)) }, { fit });
    this.links.fill({ type: "FeatureCollection", features: shown.filter(isLine) }, { fit });
  }

  /** @param {string | null} id */
  #choose(id) {
    this.chosen = id;
    for (const list of this.lists) if (list.chosen !== id) list.choose(null);
    this.#refresh();
    if (!id) return;
    this.links.goTo(id);
    this.ends.goTo(id);
    $("stage").scrollIntoView({ block: "nearest" });
  }

  #refresh() {
    this.links.refresh();
    this.ends.refresh();
  }

  /** @param {string} product @param {string} unit */
  #largest(product, unit) {
    const amounts = this.found.filter(({ properties }) => properties.kind === "flow" && properties.product === product && properties.unit === unit);
    return Math.max(...amounts.map(({ properties }) => properties.amount));
  }

  /** @param {Record<string, any>} told */
  #amount({ amount, unit }) {
    return `${this.page.words.number(amount, Number.isInteger(amount) ? 0 : 1)}\u00a0${unit}`;
  }
}
