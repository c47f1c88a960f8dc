// @ts-check
/** To keep the drawing as a new version of its territory's line, or as a proposal; and what to do when somebody else did before. */
import { isWhole, madeOf } from "./history.js";
import { $, enable, on, show, tell } from "./page.js";
import { newName } from "./server.js";
import { boundaryOf, drawingOf } from "./shape.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./territory.js").Territory} Territory */
/** @typedef {{ url: string, method: "PUT" | "POST", headers: Record<string, string>, body: string }} Sending */
/** @typedef {(sending: Sending) => Promise<Response>} Send throws when there is no connection */

/** @type {Send} */
export const sendNow = ({ url, ...how }) => fetch(url, how);

export class Saving {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {{ showTheirs: (geometry: any) => void, look: () => void, kept: () => void, send?: Send }} page
   */
  constructor(desk, words, { showTheirs, look, kept, send = sendNow }) {
    this.desk = desk;
    this.words = words;
    this.showTheirs = showTheirs;
    this.look = look;
    this.onKept = kept;
    this.send = send;
    /** @type {Drawing | null} the drawing as it is kept by the register */
    this.kept = null;
    /** @type {{ drawing: Drawing, name: string } | null} names one drawing, however often it is sent */
    this.attempt = null;
    /** @type {{ geometry: any, version: number } | null} what somebody else kept meanwhile */
    this.theirs = null;
    on("save", () => this.save());
    on("keep-mine", () => this.#keepMine());
    on("keep-theirs", () => this.#keepTheirs());
    on("keep-both", () => this.#keepBoth());
    desk.listen(() => this.show());
  }

  show() {
    const { territory, now } = this.desk;
    const mayDraw = territory?.may.includes("draw") ?? false;
    const mayPropose = territory?.may.includes("propose") ?? false;
    show("save", (mayDraw || mayPropose) && now.closed, "map");
    $("save").textContent = this.words.say(mayDraw ? "save" : "save.propose");
    enable("save", isWhole(now) && !this.isSaved && this.theirs === null);
    // The sheet is of the line that is kept, whatever is drawn since.
    show("sheet", (territory?.may.length ?? 0) > 0 && (territory?.version ?? 0) > 0);
    if (territory) $("sheet").setAttribute("href", `/t/${encodeURIComponent(territory.id)}/sheet?lang=${this.words.language}`);
  }

  /** Whether the register has all that is drawn. */
  get isSaved() {
    return this.kept === this.desk.now;
  }

  /** The drawing is what the register has. @param {Drawing} drawing */
  isKept(drawing) {
    this.kept = drawing;
    this.onKept();
    this.desk.refresh();
  }

  /** Keep it; whether it is kept. */
  async save() {
    const { territory } = this.desk;
    if (!territory || this.isSaved) return this.isSaved;
    const mayDraw = territory.may.includes("draw");
    return mayDraw ? this.#put(territory) : this.#propose(territory, "saved.proposed");
  }

  /** @param {Territory} territory */
  async #put(territory) {
    const drawing = this.desk.now;
    const answer = await this.#sent(territory, "PUT", "boundary", drawing);
    if (!answer) return false;
    const told = await answer.json();
    if (answer.status === 412) return this.#conflict(territory, told.detail);
    if (!answer.ok) return this.#refused(told.detail);
    territory.version = told.version;
    territory.replaces = territory.id;
    this.isKept(drawing);
    this.desk.refresh(this.#saved(told, drawing));
    return true;
  }

  /** @param {{ version: number, asked: { name: string }[] }} told @param {Drawing} drawing */
  #saved({ version, asked }, { together }) {
    const { words } = this;
    const saved = words.say("saved", { version });
    if (!together) return saved;
    const names = words.list(asked.map(({ name }) => name));
    return `${saved} ${asked.length ? words.say("together.asked", { names }) : words.say("together.nobody")}`;
  }

  /** @param {Territory} territory @param {string} said */
  async #propose(territory, said) {
    const drawing = this.desk.now;
    const answer = await this.#sent(territory, "POST", "proposals", drawing);
    if (!answer) return false;
    if (!answer.ok) return this.#refused((await answer.json()).detail);
    this.isKept(drawing);
    this.desk.refresh(this.words.say(said));
    return true;
  }

  /** @param {Territory} territory @param {"PUT" | "POST"} method @param {string} what @param {Drawing} drawing */
  async #sent(territory, method, what, drawing) {
    tell(this.words.say("saving"));
    if (this.attempt?.drawing !== drawing) this.attempt = { drawing, name: newName() };
    const isFirst = territory.version === 0;
    const asks = drawing.together && method === "PUT" ? { moves_neighbours: true } : {};
    const feature = { type: "Feature", properties: { method: "drawn", ...madeOf(drawing), ...asks }, geometry: boundaryOf(drawing) };
    try {
      return await this.send({
        url: `/api/territories/${encodeURIComponent(territory.id)}/${what}?lang=${this.words.language}`,
        method,
        headers: {
          "Content-Type": "application/geo+json",
          "Idempotency-Key": `${this.attempt.name}-${territory.version}`,
          ...(isFirst ? { "If-None-Match": "*" } : { "If-Match": `"v${territory.version}"` }),
        },
        body: JSON.stringify(feature),
      });
    } catch {
      tell(this.words.say("save.offline"));
      return null;
    }
  }

  /** @param {string} detail */
  #refused(detail) {
    tell(detail);
    return false;
  }

  /** Somebody else kept a line meanwhile: show both, and let people choose. @param {Territory} territory @param {string} detail */
  async #conflict(territory, detail) {
    const answer = await fetch(`/api/territories/${encodeURIComponent(territory.id)}/boundary?lang=${this.words.language}`);
    const told = await answer.json();
    if (!answer.ok) return this.#refused(told.detail);
    this.theirs = { geometry: told.geometry, version: told.properties.version };
    this.showTheirs(told.geometry);
    $("conflict-text").textContent = detail;
    show("conflict", true);
    this.show();
    tell("");
    this.look();
    $("conflict").focus({ preventScroll: true });
    return false;
  }

  /** Their version stays in the history, and mine becomes the newest. */
  async #keepMine() {
    const theirs = this.#decided();
    if (!theirs) return;
    await this.save();
  }

  #keepTheirs() {
    const theirs = this.#decided();
    if (!theirs) return;
    this.desk.to(drawingOf(theirs.geometry), this.words.say("conflict.theirs.done"));
    this.isKept(this.desk.now);
  }

  /** Theirs stays the line, and mine waits beside it for the assembly. */
  async #keepBoth() {
    const theirs = this.#decided();
    if (!theirs || !this.desk.territory) return;
    await this.#propose(this.desk.territory, "conflict.both.done");
  }

  /** What somebody else kept; from now on the drawing is one made from that. */
  #decided() {
    const { theirs, desk: { territory } } = this;
    if (!theirs || !territory) return null;
    this.theirs = null;
    territory.version = theirs.version;
    this.showTheirs(null);
    show("conflict", false, "map");
    this.show();
    return theirs;
  }
}
