// @ts-check
/** The line with one neighbour, stretch by stretch: how each stands, what was said of it, and what can be said now. */
import { dateOf, made } from "./elements.js";
import { button, item } from "./page.js";
import { sideBySide } from "./sides.js";
import { deedsOf, isStrip, lookOf, speakerOf, wordOf } from "./stretch.js";
import { sample } from "./stretches.js";
import { Talk } from "./talk.js";

/** @typedef {import("./stretch.js").Border} Border */
/** @typedef {import("./stretch.js").Piece} Piece */
/** @typedef {import("./stretch.js").Said} Said */

export class BorderPanel {
  /** @param {import("./neighbours.js").Neighbours} around @param {string} own @param {string} other @param {string} name */
  constructor(around, own, other, name) {
    this.around = around;
    this.page = around.page;
    this.own = own;
    this.other = other;
    this.name = name;
    this.element = made("div");
    /** @type {Border | null} */
    this.border = null;
    /** @type {Map<string, Promise<Said[] | undefined>>} what was said of each stretch, as far as it was asked for */
    this.histories = new Map();
    this.talk = new Talk(this);
  }

  get pieces() {
    return this.border?.pieces ?? [];
  }

  /** Read it again; whether it could be. */
  async read() {
    const border = await this.around.asked(this.around.addressOf(this.other));
    if (!border) return false;
    this.border = border;
    this.histories.clear();
    await this.around.catchUp(this.side("own").version);
    this.#fill();
    this.around.shown();
    return true;
  }

  /** Bring a stretch to the eyes, and the focus to it. @param {number} number */
  turnTo(number) {
    document.getElementById(`stretch-${number}`)?.focus();
  }

  /** Nothing is decided here any more. */
  leave() {
    if (this.around.deciding.card.hidden) return;
    this.around.deciding.close();
  }

  /** @param {"own" | "other"} whose @returns {import("./stretch.js").Side} */
  side(whose) {
    const { left, right } = /** @type {Border} */ (this.border);
    return (left.id === this.own) === (whose === "own") ? left : right;
  }

  get #mayAgree() {
    return this.page.desk.territory?.may.includes("agree") ?? false;
  }

  #fill() {
    const { words } = this.page;
    const { pieces, name } = this;
    const hidden = this.side("other").shown ? [] : [made("p", "notice-text", words.say("border.hidden", { name }))];
    const list = made("ol", "stretches", ...pieces.map((piece, k) => this.#row(piece, k + 1)));
    list.setAttribute("aria-label", words.say("border.stretches", { name }));
    const moved = this.border?.moved ?? [];
    const past = moved.length ? [made("p", "fine", words.say("border.moved")), made("ul", "", ...moved.map((said) => item(...this.#saying(said))))] : [];
    this.element.replaceChildren(...hidden, pieces.length ? list : made("p", "", words.say("border.none")), ...past);
  }

  /** @param {Piece} piece @param {number} number */
  #row(piece, number) {
    const { words } = this.page;
    const { stretch } = piece;
    const heading = made("h4", "", sample(lookOf(piece)), ` ${words.say("piece.title", { number })}: ${words.say(wordOf(piece))}`);
    const row = item(heading, made("p", "", `${piece.message}.`));
    row.id = `stretch-${number}`;
    row.tabIndex = -1;
    if (stretch) row.append(...this.#saying(stretch));
    const show = button(words.say("piece.show"), () => this.look(piece));
    show.setAttribute("aria-label", words.say("piece.show.what", { number }));
    const buttons = made("p", "buttons", ...this.#deeds(piece, number), show, ...this.#historyButton(piece, number, row));
    row.append(buttons);
    if (piece.kind === "overlap" && piece.state !== "agreed") void this.#showSides(buttons, piece);
    return row;
  }

  /** What was said last, in sentences. @param {Said} said */
  #saying(said) {
    const { words } = this.page;
    const parts = [made("p", "", this.#now(said))];
    if (said.state !== "agreed" || said.way) parts.push(made("p", "offer", `${said.offer}.`));
    if (said.reasons) {
      const isOwn = speakerOf(said) === this.own;
      const who = words.say(isOwn ? "piece.said.own" : "piece.said", { name: this.name });
      parts.push(made("p", "reasons", made("strong", "", who), made("q", "", said.reasons)));
    }
    return parts;
  }

  /** How it stands, from this side. @param {Said} said */
  #now({ state, proposed_by, answer_by }) {
    const { words } = this.page;
    const whose = proposed_by === this.own ? "mine" : "theirs";
    return words.say(`now.${state}.${whose}`, { name: this.name, date: dateOf(answer_by, words.language) });
  }

  /** All that is said of a piece now. @param {Piece} piece */
  standing({ stretch }) {
    return stretch ? `${this.#now(stretch)} ${stretch.offer}.` : this.page.words.say("now.unasked");
  }

  /** @param {HTMLElement} below @param {Piece} piece */
  async #showSides(below, piece) {
    const { border } = this;
    const history = piece.stretch ? await this.#historyOf(piece.stretch.id) : [];
    if (border) below.before(sideBySide(border, piece, history ?? [], this.page.words));
  }

  /** @param {string} stretch @returns {Promise<Said[] | undefined>} */
  #historyOf(stretch) {
    const known = this.histories.get(stretch) ?? this.around.asked(`/api/stretches/${encodeURIComponent(stretch)}`);
    this.histories.set(stretch, known);
    return known;
  }

  /** @param {Piece} piece @param {number} number @param {HTMLElement} row */
  #historyButton({ stretch }, number, row) {
    if (!stretch) return [];
    const { words } = this.page;
    const list = made("ol", "history");
    list.hidden = true;
    list.setAttribute("aria-label", words.say("history.title", { number }));
    const toggle = button(words.say("piece.history"), async () => {
      const history = list.hidden ? await this.#historyOf(stretch.id) : undefined;
      list.replaceChildren(...(history ?? []).map((said) => item(...this.#saying(said))));
      list.hidden = !history;
      toggle.setAttribute("aria-expanded", String(!list.hidden));
      if (history) row.append(list);
    });
    toggle.setAttribute("aria-expanded", "false");
    toggle.setAttribute("aria-label", words.say("piece.history.what", { number }));
    return [toggle];
  }

  /** Show where it is. @param {Piece} piece */
  look(piece) {
    this.page.map.mark(isStrip(piece) ? piece.strip : piece.left_line, null);
    this.page.look();
  }

  /** @param {Piece} piece @param {number} number */
  #deeds(piece, number) {
    if (!this.#mayAgree || !this.side("other").shown || !this.side("own").shown) return [];
    const { words } = this.page;
    return deedsOf(piece, this.own).map((deed, k) => {
      const said = words.say(`do.${deed}`);
      const press = button(said, () => void this.talk.decide({ piece, number, deed }), k ? "quiet" : "");
      press.setAttribute("aria-label", words.say("do.what", { what: said, number }));
      return press;
    });
  }
}
