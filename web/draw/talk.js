// @ts-check
/** To say something of a stretch: asked what exactly, seen on the map first, sent, and told what changed meanwhile. */
import { BetweenEnds, hasEnds } from "./between.js";
import { tell } from "./page.js";
import { ask, newName } from "./server.js";
import { becameOf, deedsOf, isSame, isStrip } from "./stretch.js";

/** @typedef {import("./deciding.js").Choice} Choice */
/** @typedef {import("./stretch.js").Deed} Deed */
/** @typedef {import("./stretch.js").Piece} Piece */
/** @typedef {{ piece: Piece, number: number, deed: Deed }} Wanted what somebody wants to say, of which stretch */
/** @typedef {{ note: string, reasons: string, way: string | null }} Before why it is asked once more, and what was said the first time */
/** @typedef {{ way: string | null, reasons: string | null, once: string }} Saying */
/** @typedef {{ way: string, along: string | null, message: string, left: any, right: any, left_gain_m2: number, right_gain_m2: number, left_pieces: number, right_pieces: number, divided: any }} Settlement */

// The way of which the line is drawn here.
const DRAWN = "along:drawn";
// What was read may have changed since: its version is another one, or it can no longer be said of it.
const CHANGED = new Set([412, 422]);
/** @type {Record<Deed, "none" | "may" | "must">} */
const REASONS = { propose: "may", "propose.line": "may", accept: "none", object: "must", disagree: "may", withdraw: "none" };
/** @type {Before} */
const FIRST = { note: "", reasons: "", way: null };

export class Talk {
  /** @param {import("./border.js").BorderPanel} panel */
  constructor(panel) {
    this.panel = panel;
    this.around = panel.around;
    this.page = panel.page;
    /** @type {BetweenEnds | null} the line that is drawn through a strip, while a way to settle it is chosen */
    this.drawn = null;
  }

  get #address() {
    return this.around.addressOf(this.panel.other);
  }

  /** Ask what exactly is said, and say it. @param {Wanted} wanted @param {Before} [before] @returns {Promise<void>} */
  async decide({ piece, number, deed }, { note, reasons: typed, way: chosen } = FIRST) {
    const { words, map, saving, desk } = this.page;
    // What is settled are the lines as they are kept.
    const way = piece.stretch?.way;
    const settles = deed === "accept" && Boolean(way) && way !== "disagree";
    if (settles && !saving.isSaved) return desk.refresh(words.say("around.unsaved.first"));
    tell(words.say("way.asking"));
    const choices = deed === "propose" ? await this.#choices(piece) : [];
    const result = settles ? await this.#result(piece) : undefined;
    if (!choices || (settles && !result)) return undefined;
    tell("");
    this.panel.look(piece);
    if (result) this.#preview(piece, result);
    const legend = result || choices.length ? words.say("preview.legend") : "";
    const text = words.say(`ask.${deed}`, { name: this.panel.name, offer: piece.stretch?.offer ?? "" });
    const once = newName();
    return this.around.deciding.ask(
      {
        title: words.say("do.what", { what: words.say(`do.${deed}`), number }),
        text: result ? `${text} ${this.#areas(result)}` : text,
        choices,
        legend,
        reasons: REASONS[deed],
        yes: words.say(`yes.${deed}`),
        send: (way, reasons) => this.#send({ piece, number, deed }, { way, reasons, once }),
        onLeave: () => {
          this.drawn?.close();
          map.showPreview([], null);
          this.panel.turnTo(number);
        },
      },
      note,
      typed,
      chosen,
    );
  }

  /** What can be proposed of a strip, with what each would make of both. @param {Piece} piece @returns {Promise<Choice[] | null>} */
  async #choices(piece) {
    const { words, map } = this.page;
    /** @type {Settlement[] | undefined} */
    const found = await this.around.asked(`${this.#address}/ways`, { query: new URLSearchParams({ piece: piece.id }) });
    if (!found) return null;
    const settled = found.map((each) => ({
      id: each.along === null ? each.way : `${each.way}:${each.along}`,
      title: each.message,
      text: this.#areas(each),
      preview: () => {
        this.drawn?.close();
        this.#preview(piece, each);
      },
    }));
    const disagree = {
      id: "disagree",
      title: words.say("way.disagree"),
      text: words.say("way.none_moves"),
      preview: () => {
        this.drawn?.close();
        map.showPreview([], piece.strip);
      },
    };
    return [...settled, ...this.#byHand(piece), disagree];
  }

  /** To draw the line through the strip oneself. @param {Piece} piece @returns {Choice[]} */
  #byHand(piece) {
    const { words, map } = this.page;
    this.drawn?.close();
    if (!hasEnds(piece)) return [];
    const drawn = new BetweenEnds(this.page, piece, {
      ask: (line) => this.#settled({ piece: piece.id, way: "along", line }),
      show: (result, line) => (result ? this.#preview(piece, result) : map.showPreview([line], piece.strip)),
      areas: (result) => this.#areas(result),
    });
    // Who is asked once more has drawn it already.
    if (this.drawn?.piece.id === piece.id) drawn.points = this.drawn.points;
    this.drawn = drawn;
    return [{ id: DRAWN, title: words.say("between"), text: words.say("between.what"), detail: drawn.element, preview: () => drawn.open() }];
  }

  /** What a way would make of both lines; nothing where it does not work. @param {object} body @returns {Promise<Settlement | undefined>} */
  async #settled(body) {
    const { answer } = await ask(`${this.#address}/ways`, this.page.words, { method: "POST", body }).catch(() => ({ answer: null }));
    return answer ?? undefined;
  }

  /** What a proposal would make of both lines. @param {Piece} piece @returns {Promise<Settlement | undefined>} */
  #result({ id, stretch }) {
    const way = stretch?.way;
    const line = way === "along" ? { line: stretch?.along ?? stretch?.line } : {};
    return this.around.asked(`${this.#address}/ways`, { method: "POST", body: { piece: id, way, ...line } });
  }

  /** @param {Piece} piece @param {Settlement} result */
  #preview(piece, { left, right, divided }) {
    const own = this.panel.border?.left.id === this.panel.own ? left : right;
    this.page.map.showPreview([own, divided].filter((shape) => shape?.coordinates.length), piece.strip);
  }

  /** How large both would be. @param {Settlement} result */
  #areas({ way, left_gain_m2, right_gain_m2, left_pieces, right_pieces }) {
    const { words } = this.page;
    const { border, name } = this.panel;
    // The way itself says that no line moves.
    if (way === "shared") return "";
    const told = (/** @type {import("./stretch.js").Side} */ { id, area_m2 }) => {
      const gain = id === border?.left.id ? left_gain_m2 : right_gain_m2;
      const change = Math.abs(gain) < 1 ? "change.none" : gain > 0 ? "change.more" : "change.less";
      return { area: words.area(area_m2 + gain), change: words.say(change, { area: words.area(Math.abs(gain)) }) };
    };
    const [mine, theirs] = [told(this.panel.side("own")), told(this.panel.side("other"))];
    const areas = { mine: mine.area, my_change: mine.change, name, theirs: theirs.area, their_change: theirs.change };
    const count = Math.max(left_pieces, right_pieces);
    return [words.say("way.areas", areas), ...(count > 1 ? [words.say("way.pieces", { count })] : [])].join(" ");
  }

  /** @param {Wanted} wanted @param {Saying} said @returns {Promise<void>} */
  async #send(wanted, said) {
    const { words, map } = this.page;
    const { panel, around: { deciding } } = this;
    try {
      const { status, refused } = await this.#sent(wanted, said);
      if (refused !== null && !CHANGED.has(status)) return tell(refused);
      await panel.read();
      const now = becameOf(panel.pieces, wanted.piece);
      if (refused !== null) return await this.#changed(wanted, now, said, refused);
      this.drawn?.close();
      map.showPreview([], null);
      deciding.close();
      this.page.desk.refresh(words.say(`done.${wanted.deed}`, { name: panel.name }));
      return panel.turnTo(now ? panel.pieces.indexOf(now) + 1 : wanted.number);
    } catch {
      return tell(words.say("around.offline"));
    }
  }

  /** @param {Wanted} wanted @param {Saying} said */
  #sent({ piece: { id, stretch }, deed }, { way, reasons, once }) {
    const { words } = this.page;
    if (deed === "propose" || deed === "propose.line") {
      const [name, along] = (way ?? "").split(":");
      const line = way === DRAWN ? this.drawn?.line : along;
      const body = { from: this.panel.own, piece: id, ...(name ? { way: name } : {}), ...(line ? { line } : {}), reasons };
      return ask(`${this.#address}/proposals`, words, { method: "POST", body, once });
    }
    const address = `/api/stretches/${encodeURIComponent(stretch?.id ?? "")}`;
    const version = stretch?.revision;
    if (deed === "withdraw") return ask(address, words, { method: "DELETE", version });
    return ask(`${address}/answer`, words, { method: "POST", body: { answer: deed, reasons }, version, once });
  }

  /** It was refused: what changed meanwhile is told, and what was typed stays.
   * @param {Wanted} wanted @param {Piece | null} now @param {Saying} said @param {string} refused @returns {Promise<void>}
   */
  async #changed({ piece, deed }, now, { way, reasons }, refused) {
    const { words } = this.page;
    const { panel } = this;
    // Nothing changed: what was said cannot be, and the server said why.
    if (now && isSame(now, piece)) return tell(refused);
    const note = now
      ? words.say("changed", { before: panel.standing(piece), now: panel.standing(now) })
      : words.say("changed.gone");
    if (now && deedsOf(now, panel.own).includes(deed)) {
      return this.decide({ piece: now, number: panel.pieces.indexOf(now) + 1, deed }, { note, reasons: reasons ?? "", way });
    }
    tell("");
    return this.around.deciding.giveBack(words.say("changed.title"), note, reasons ?? "");
  }
}
