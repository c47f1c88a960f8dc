// @ts-check
/** A boundary from a file or from pasted text; the server reads every format that the command line reads. */
import { drawingOf, groundOf, outlineOf } from "./shape.js";
import { ringsOf } from "./history.js";
import { $, button, item, on, show, tell } from "./page.js";

/** @typedef {{ id: string, geometry: any, properties: Record<string, any> }} Shape */
/** @typedef {{ content: Blob, name: string, isText: boolean }} Brought */

const LISTED = 50;
// What somebody chooses here answers these.
const ASKED = /^intake\.crs\.(missing|contradicted)/;

export class Bringing {
  /** @param {import("./ways.js").Page} page */
  constructor(page) {
    this.page = page;
    this.words = page.words;
    this.input = /** @type {HTMLInputElement} */ ($("file"));
    this.pasted = /** @type {HTMLTextAreaElement} */ ($("pasted"));
    this.zone = /** @type {HTMLSelectElement} */ ($("zone"));
    this.datum = /** @type {HTMLSelectElement} */ ($("datum"));
    /** @type {Brought | null} a file that did not say what its coordinates are in */
    this.waiting = null;
    /** @type {(() => void) | null} what is taken when its preview is agreed to */
    this.taken = null;
    on("again", () => void (this.waiting && this.#read(this.waiting)));
    on("bring-take", () => this.#decide(true));
    on("bring-leave", () => this.#decide(false));
    page.desk.listen(({ isNew }) => void (isNew && this.#clear()));
  }

  /** Read the file that was chosen. */
  async file() {
    const chosen = this.input.files?.[0];
    if (!chosen) return;
    const content = chosen.slice();
    this.input.value = ""; // so that the same file can be chosen again
    await this.#read({ content, name: chosen.name, isText: false });
  }

  /** Read the text that was pasted or typed. */
  async text() {
    const text = this.pasted.value;
    if (text.trim()) await this.#read({ content: new Blob([text]), name: "pasted.txt", isText: true });
    else this.pasted.focus();
  }

  /** @param {Brought} brought */
  async #read(brought) {
    const { words } = this;
    this.#clear();
    $("choices").replaceChildren();
    $("brought").replaceChildren();
    this.#sayThere("");
    tell(words.say("reading"));
    const isChosen = this.waiting === brought;
    this.waiting = null;
    show("again", false, "file");
    const form = new FormData();
    form.append("file", brought.content, brought.name);
    // A text says its own zone, or is in degrees; only what is chosen overrules it.
    if (this.zone.value || this.datum.selectedIndex > 0) form.append("crs", `${this.datum.value} ${this.zone.value}`);
    try {
      const response = await fetch(`/api/check/file?lang=${words.language}`, { method: "POST", body: form });
      const answer = await response.json();
      if (response.ok) return this.#offer(answer, brought.isText || isChosen);
      return this.#refused(answer, brought);
    } catch {
      return tell(words.say("import.offline"));
    }
  }

  /** @param {{ code: string, detail: string, args: Record<string, any> }} problem @param {Brought} brought */
  #refused({ code, detail, args }, brought) {
    if (ASKED.test(code)) return this.#askForSystem(args.crs ?? [], brought);
    if (!brought.isText) return tell(detail);
    tell("");
    this.#sayThere(detail);
    this.pasted.focus();
    return args.line ? this.#choose(args.line) : undefined;
  }

  /** Choose a line of the text, so that it is seen where to mend it. @param {number} line from 1 */
  #choose(line) {
    const lines = this.pasted.value.split("\n");
    const begin = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
    this.pasted.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0));
  }

  /** Nothing says what the coordinates are in: offer the likeliest, and let somebody who knows choose.
   * @param {readonly string[]} likely @param {Brought} brought
   */
  #askForSystem(likely, brought) {
    const fits = [...this.zone.options].find(({ dataset }) => dataset.codes?.split(" ").includes(likely[0]));
    if (fits) this.zone.value = fits.value;
    if (!brought.isText) {
      this.waiting = brought;
      show("again", true);
    }
    tell("");
    this.#sayThere(this.words.say(fits ? "system.likely" : "system.needed", { zone: fits?.value ?? "" }));
    this.zone.focus();
  }

  /** @param {any} answer @param {boolean} isShownFirst */
  #offer(answer, isShownFirst) {
    const { words } = this;
    /** @type {Shape[]} */
    const shapes = answer.layer.features.filter((/** @type {Shape} */ shape) => shape.geometry);
    // What intake did to the file, and what it would mend: nothing is changed silently.
    const mended = answer.findings.filter((/** @type {any} */ finding) => finding.code.startsWith("geometry."));
    const said = [...answer.notices, ...mended].map(({ message }) => item(message));
    $("brought").replaceChildren(...said);
    /** @type {import("./history.js").Made} */
    const made = { method: "imported", ...(answer.datum && { datum: answer.datum }) };
    const use = (/** @type {Shape} */ shape) => {
      const take = () => this.page.onBrought(shape, made);
      return isShownFirst ? this.#preview(shape, take) : take();
    };
    if (shapes.length === 1) return use(shapes[0]);
    if (shapes.length === 0) return tell(words.say("import.none"));
    const rows = shapes.slice(0, LISTED).map((shape) => item(button(shape.properties.name ?? shape.id, () => use(shape), "row")));
    $("choices").replaceChildren(...rows);
    $("choices").querySelector("button")?.focus();
    const sentence = shapes.length > LISTED ? "import.very_many" : "import.many";
    return tell(words.say(sentence, { count: shapes.length, listed: LISTED }));
  }

  /** Show where it would lie before it is used: another zone or datum puts it elsewhere. @param {Shape} shape @param {() => void} take */
  #preview({ geometry }, take) {
    const { words, page } = this;
    const drawing = drawingOf(geometry);
    const count = ringsOf(drawing).reduce((sum, { points }) => sum + points.length, 0);
    const [area, length] = [words.area(groundOf(drawing)), words.length(outlineOf(drawing))];
    $("bring-text").textContent = words.say("bring.preview", { count, area, length });
    this.taken = take;
    show("bring-card", true);
    page.map.showPreview([geometry], null);
    page.map.lookAt(drawing.points);
    tell("");
    page.look();
    $("bring-card").focus({ preventScroll: true });
  }

  /** @param {boolean} isTaken */
  #decide(isTaken) {
    const { taken } = this;
    this.#clear();
    if (isTaken) taken?.();
    else tell(this.words.say("bring.left"));
  }

  #clear() {
    if (!this.taken) return;
    this.taken = null;
    show("bring-card", false, "map");
    this.page.map.showPreview([], null);
  }

  /** @param {string} sentences beside the text that they are about */
  #sayThere(sentences) {
    $("bring-told").textContent = sentences;
  }
}
