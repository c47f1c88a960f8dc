// @ts-check
/** What would happen if some left, joined, made a group, were parted, or became one: asked, and shown as it is and would be. */
import { $, button, item, on, tell } from "../draw/page.js";
import { Overlay } from "./map.js";
import { Members } from "./members.js";
import { nameOf } from "./plans.js";
import { mark, pieces, stroke } from "./whatif_looks.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./members.js").Named} Named */
/** @typedef {"leave" | "join" | "found" | "split" | "merge"} Kind */
/** @typedef {"before" | "after"} When */
/** @typedef {{ kind: Kind, said: string } & Record<string, any>} Change as it is sent, and as people read it */
/** @typedef {{ number: number, count: number }} Piece */
/** @typedef {{ said: string[], pieces: Piece[] }} Side */
/** @typedef {{ id: string, name: string, said: string[], before: Side | null, after: Side | null, apart: Side | null }} Group */
/** @typedef {{ groups: Group[], orphans: { count: number, known: Named[] }, said: string[], shapes: { features: any[] } }} Report */

const FAR = 0.5; // degrees: beyond any council; outside its ground a line does nothing

export class WhatIf {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { board, words } = page;
    /** @type {Report | null} */
    this.found = null;
    /** @type {When} */
    this.when = "after";
    /** @type {string | null} */
    this.chosen = null;
    /** @type {Change[]} */
    this.changes = [];
    /** @type {[number, number][]} */
    this.drawn = [];
    this.pieces = new Overlay(board, pieces(() => this.chosen));
    this.marks = new Overlay(board, mark());
    this.line = new Overlay(board, stroke());
    this.movers = new Members($("movers"), page, { onChanged: () => this.#mark() });
    this.group = new Members($("of-group"), page, {
      levels: page.start.groups,
      onChanged: () => {
        if (this.group.chosen.length > 1) this.group.fill(this.group.chosen.slice(-1));
      },
    });
    this.picking = this.movers;
    $("movers").addEventListener("focusin", () => (this.picking = this.movers));
    $("of-group").addEventListener("focusin", () => (this.picking = this.group));
    for (const choice of document.querySelectorAll("#suppose [type=radio]")) choice.addEventListener("change", () => this.#chosenKind());
    on("rub-out", () => this.#draw([]));
    on("add-change", () => this.#add());
    on("undo-change", () => this.#keep(this.changes.slice(0, -1)));
    on("no-changes", () => this.#keep([]));
    on("show-before", () => this.#showWhen("before"));
    on("show-after", () => this.#showWhen("after"));
    on("print-supposed", () => print());
    on("download-supposed", () => page.keepFile(words.say("whatif.file"), { ...this.found?.shapes }));
    $("suppose").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
  }

  /** What lies on the map while this is asked. */
  get overlays() {
    return [this.pieces, this.line, this.marks];
  }

  /** @param {[number, number]} place */
  tapped(place) {
    if (this.kind === "split" && this.#way === "drawn" && this.movers.chosen.length) this.#draw([...this.drawn, place]);
    else void this.picking.pick(place);
  }

  /** @returns {Kind} */
  get kind() {
    return /** @type {Kind} */ (this.#value("change"));
  }

  get #way() {
    return this.#value("way");
  }

  /** @param {string} name */
  #value(name) {
    return String(new FormData(/** @type {HTMLFormElement} */ ($("suppose"))).get(name));
  }

  /** Ask only for what the chosen change needs. */
  #chosenKind() {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-change]"))) {
      part.hidden = !part.dataset.change?.split(" ").includes(this.kind);
    }
    this.picking = this.movers;
    const isDrawn = this.kind === "split" && this.#way === "drawn";
    $("rub-out").hidden = !isDrawn;
    if (isDrawn) tell(this.page.words.say("whatif.line.how"));
    else this.#draw([]);
  }

  /** Those that are chosen, on the map. */
  #mark() {
    const features = this.movers.chosen.map(({ at, name }) => ({ type: "Feature", properties: { name }, geometry: { type: "Point", coordinates: at } }));
    this.marks.fill({ type: "FeatureCollection", features }, { fit: false });
  }

  /** @param {[number, number][]} places */
  #draw(places) {
    this.drawn = places;
    const shape = places.length === 1 ? { type: "Point", coordinates: places[0] } : { type: "LineString", coordinates: places };
    this.line.fill(places.length ? { type: "Feature", properties: {}, geometry: shape } : null, { fit: false });
  }

  /** What is filled in, as a change; nothing where something is missing, which is said. @returns {Change | null} */
  #pending() {
    const { words } = this.page;
    const { kind } = this;
    const missing = (/** @type {string} */ what, /** @type {HTMLElement} */ where) => {
      tell(words.say(`whatif.missing.${what}`));
      where.focus();
      return null;
    };
    const members = this.movers.ids;
    const names = words.list(this.movers.chosen.map(({ name }) => name));
    const isPair = kind === "merge";
    if (members.length < (isPair ? 2 : 1)) return missing(isPair ? "two" : "who", this.movers.field);
    if (kind === "leave" || kind === "join") {
      const [group] = this.group.chosen;
      if (!group) return missing("group", this.group.field);
      return { kind, members, group: group.id, said: words.say(`whatif.change.${kind}`, { members: names, group: group.name }) };
    }
    if (kind === "split") {
      if (members.length > 1) return missing("one", this.movers.field);
      if (this.#way === "drawn" && this.drawn.length < 2) return missing("line", $("map"));
      return { kind, territory: members[0], line: { type: "LineString", coordinates: this.#through(this.movers.chosen[0]) }, said: words.say("whatif.change.split", { members: names }) };
    }
    const name = /** @type {HTMLInputElement} */ ($("supposed-name")).value.trim();
    if (!name) return missing("name", $("supposed-name"));
    return { kind, members, name, said: words.say(`whatif.change.${kind}`, { members: names, name }) };
  }

  /** The line that parts somebody. @param {Named} one @returns {[number, number][]} */
  #through({ at: [lon, lat] }) {
    if (this.#way === "drawn") return this.drawn;
    if (this.#way === "west_east") return [[lon - FAR, lat], [lon + FAR, lat]];
    return [[lon, lat - FAR], [lon, lat + FAR]];
  }

  #add() {
    const change = this.#pending();
    if (!change) return false;
    this.#keep([...this.changes, change]);
    this.movers.fill([]);
    this.#mark();
    this.#draw([]);
    /** @type {HTMLInputElement} */ ($("supposed-name")).value = "";
    tell(this.page.words.say("whatif.added", { change: change.said }));
    return true;
  }

  /** @param {Change[]} changes */
  #keep(changes) {
    this.changes = changes;
    $("changes-box").hidden = !changes.length;
    $("changes").replaceChildren(...changes.map(({ said }) => item(said)));
    // A group that a change would make can be left and joined by those after it.
    const made = changes.flatMap(({ kind, name }, at) => (kind === "found" ? [{ id: `new-${at + 1}`, name, level: "", at: /** @type {[number, number]} */ ([0, 0]) }] : []));
    $("new-groups").replaceChildren(...made.map((one) => button(one.name, () => this.group.add(one))));
    if (!changes.length) this.movers.field.focus();
  }

  async #ask() {
    // What is filled in and not added yet is meant as well.
    if ((this.movers.chosen.length || !this.changes.length) && !this.#add()) return;
    const changes = this.changes.map(({ said: _, ...sent }) => sent);
    const told = await this.page.ask("/api/what-if", "POST", { changes });
    if (told) this.#show(told);
  }

  /** @param {Report} told */
  #show(told) {
    const { words } = this.page;
    this.found = told;
    this.chosen = null;
    $("supposed").hidden = false;
    $("supposed-around").replaceChildren(...told.said.map((each) => item(each)));
    $("left-out").hidden = !told.orphans.known.length;
    $("sides").replaceChildren(...told.groups.map((group) => this.#group(group)));
    this.#showWhen("after", { fit: true });
    tell(words.say(told.groups.length ? "whatif.told" : "whatif.same"));
    $("supposed-title").focus({ preventScroll: true });
  }

  /** Both sides of one group, side by side. @param {Group} group */
  #group({ id, name, said, before, after, apart }) {
    const { words } = this.page;
    const made = document.createElement("section");
    made.dataset.group = id;
    const title = document.createElement("h3");
    title.textContent = name;
    const who = document.createElement("ul");
    who.append(...said.map((each) => item(each)));
    const both = document.createElement("div");
    both.className = "sides";
    both.append(this.#side(words.say("whatif.before"), before, "before"), this.#side(words.say("whatif.after"), after, "after"));
    made.append(title, who, both);
    if (apart) made.append(this.#side(words.say("whatif.apart"), apart, null));
    return made;
  }

  /** @param {string} title @param {Side | null} side @param {When | null} when nothing of what is on no map */
  #side(title, side, when) {
    const { words } = this.page;
    const made = document.createElement("div");
    const name = document.createElement("h4");
    name.textContent = title;
    const said = document.createElement("ul");
    said.append(...(side?.said ?? [words.say("whatif.nothing")]).map((each) => item(each)));
    made.append(name, said);
    if (!when || !side?.pieces.length) return made;
    const buttons = document.createElement("p");
    buttons.className = "buttons screen";
    buttons.append(
      ...side.pieces.map(({ number, count }) =>
        button(words.say("whatif.piece", { letter: nameOf(number - 1), count: words.number(count) }), () => {
          this.chosen = `${when}-${number}`;
          this.#showWhen(when);
          this.pieces.goTo(this.chosen);
          $("stage").scrollIntoView({ block: "nearest" });
        }),
      ),
    );
    made.append(buttons);
    return made;
  }

  /** Lay today's or the supposed pieces on the map. @param {When} when @param {{ fit?: boolean }} [options] */
  #showWhen(when, { fit = false } = {}) {
    this.when = when;
    for (const each of ["before", "after"]) $(`show-${each}`).setAttribute("aria-pressed", String(each === when));
    const features = this.found?.shapes.features.filter(({ properties }) => properties.when === when) ?? [];
    this.pieces.fill({ type: "FeatureCollection", features }, { fit });
  }
}
