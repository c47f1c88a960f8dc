// @ts-check
/** Who is around a territory, and how far both have come with the line between them. */
import { BorderPanel } from "./border.js";
import { Deciding } from "./deciding.js";
import { made } from "./elements.js";
import { $, button, item, tell } from "./page.js";
import { ask } from "./server.js";
import { drawingOf } from "./shape.js";
import { StretchLayer, legend } from "./stretches.js";

/** @typedef {import("./stretch.js").Border} Border */
/** @typedef {{ id: string, name: string, length_m: number, disputed_m2: number, lengths_m: Record<string, number> }} Neighbour */

/** What is told of a line, in this order. */
const STATES = ["agreed", "proposed", "unanswered", "unasked", "objected", "disagreed"];

/**
 * @typedef {object} Page
 * @property {import("./desk.js").Desk} desk
 * @property {import("./words.js").Words} words
 * @property {import("./save.js").Saving} saving
 * @property {import("./map.js").DrawMap} map
 * @property {() => void} look bring the map into view
 */

export class Neighbours {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    const { words } = page;
    this.layer = new StretchLayer(page.map, words);
    this.deciding = new Deciding(words, page);
    /** @type {BorderPanel | null} the border that is looked at, piece by piece */
    this.border = null;
    /** Whether the map shows how the stretches stand; until somebody says, it does where one border is looked at. @type {boolean | null} */
    this.wanted = null;
    /** @type {Neighbour[]} */
    this.found = [];
    this.title = made("h3");
    this.title.tabIndex = -1;
    this.toggle = button(words.say("around.map"), () => void this.#switch());
    this.toggle.classList.add("switch");
    this.back = button(words.say("around.back"), () => void this.open());
    this.unsaved = made("p", "notice-text");
    this.legend = made("details", "", made("summary", "", words.say("legend")), legend(words));
    this.content = made("div");
    const renew = button(words.say("around.renew"), () => void this.#renew());
    const buttons = made("p", "buttons", this.back, this.toggle, renew);
    $("neighbours-here").replaceChildren(this.title, this.unsaved, buttons, this.legend, this.content);
    page.desk.listen(() => this.#showUnsaved());
  }

  get #address() {
    return `/api/territories/${encodeURIComponent(this.page.desk.territory?.id ?? "")}`;
  }

  /** Who is around. */
  async open() {
    const { words, map } = this.page;
    this.border?.leave();
    this.border = null;
    map.showPreview([], null);
    tell(words.say("around.asking"));
    const found = await this.asked(`${this.#address}/neighbours`);
    if (!found) return;
    this.found = found;
    tell("");
    this.#head(words.say("around.list"));
    const rows = this.found.map((neighbour) => this.#row(neighbour));
    const list = made("ul", "around", ...rows);
    this.content.replaceChildren(rows.length ? list : made("p", "", words.say("around.none")));
    await this.#showStates();
  }

  /** Nothing of this stays on the map. */
  close() {
    this.border?.leave();
    this.page.map.showPreview([], null);
    this.layer.show([]);
  }

  /** What the server answers, or nothing once it is told why not. @param {string} path @param {Parameters<typeof ask>[2]} [how] */
  async asked(path, how) {
    const { words } = this.page;
    try {
      const { answer, refused } = await ask(path, words, how);
      if (refused === null) return answer;
      return tell(refused);
    } catch {
      return tell(words.say("around.offline"));
    }
  }

  /** Take the line that the register has now, if there is another one and nothing drawn since would be lost. @param {number} version the newest, as somebody told it */
  async catchUp(version) {
    const { desk, saving, map, words } = this.page;
    const { territory } = desk;
    if (!territory || !saving.isSaved || territory.version === version) return;
    const kept = await this.asked(`${this.#address}/boundary`);
    if (!kept?.geometry) return;
    territory.version = kept.properties.version;
    desk.to(drawingOf(kept.geometry), words.say("around.renewed"));
    saving.isKept(desk.now);
    map.around.loaded = null;
    await map.loadNeighbours();
  }

  /** @param {string} title */
  #head(title) {
    this.title.textContent = title;
    this.back.hidden = this.border === null;
    this.#showUnsaved();
  }

  #showUnsaved() {
    const { saving, words } = this.page;
    this.unsaved.textContent = saving.isSaved ? "" : words.say("around.unsaved");
  }

  /** @param {Neighbour} neighbour */
  #row(neighbour) {
    const { words } = this.page;
    const row = button("", () => void this.#openBorder(neighbour), "quiet row");
    row.append(made("strong", "", neighbour.name), made("small", "", this.#told(neighbour)));
    return item(row);
  }

  /** @param {Neighbour} neighbour */
  #told({ length_m, lengths_m, disputed_m2 }) {
    const { words } = this.page;
    if (!length_m) return words.say("around.corner");
    const states = STATES.filter((state) => lengths_m[state] >= 1);
    return [
      words.say("around.length", { length: words.length(length_m) }),
      ...states.map((state) => words.say(`length.${state}`, { length: words.length(lengths_m[state]) })),
      ...(disputed_m2 ? [words.say("around.disputed", { area: words.area(disputed_m2) })] : []),
    ].join(" · ");
  }

  /** @param {Neighbour} neighbour */
  async #openBorder({ id, name }) {
    const { desk, words } = this.page;
    if (!desk.territory) return;
    const border = new BorderPanel(this, desk.territory.id, id, name);
    if (!(await border.read())) return;
    this.border = border;
    this.#head(words.say("border.title", { name }));
    this.content.replaceChildren(border.element);
    this.title.focus({ preventScroll: true });
    this.title.scrollIntoView({ block: "start" });
    await this.#showStates();
  }

  async #renew() {
    if (!this.border) return this.open();
    await this.border.read();
    return this.#showStates();
  }

  async #switch() {
    const { words } = this.page;
    this.wanted = !this.isShown;
    tell(words.say("around.asking"));
    await this.#showStates();
    tell(words.say(this.isShown ? "around.map.on" : "around.map.off"));
  }

  get isShown() {
    return this.wanted ?? this.border !== null;
  }

  /** On the map: of the border that is looked at, or of all. */
  async #showStates() {
    this.toggle.setAttribute("aria-pressed", String(this.isShown));
    this.legend.hidden = !this.isShown;
    if (!this.isShown) return this.layer.show([]);
    if (this.border) return this.layer.show(this.border.pieces);
    const borders = [];
    // One after the other: on a weak line a dozen requests at once all fail.
    for (const { id, length_m } of this.found) {
      const border = length_m && (await this.asked(this.addressOf(id)));
      if (border) borders.push(border);
    }
    return this.layer.show(borders.flatMap(({ pieces }) => pieces));
  }

  /** Of the border with a neighbour. @param {string} other */
  addressOf(other) {
    const own = this.page.desk.territory?.id ?? "";
    return `/api/borders/${encodeURIComponent(own)}/${encodeURIComponent(other)}`;
  }

  /** The border was read again. */
  shown() {
    if (this.isShown && this.border) this.layer.show(this.border.pieces);
  }
}
