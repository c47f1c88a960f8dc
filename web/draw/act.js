// @ts-check
/** To enter what an assembly or a referendum decided about the line that is kept: a day and numbers, never a name. */
import { dateOf } from "./elements.js";
import { $, enable, item, on, show, sure, tell } from "./page.js";
import { ask, newName } from "./server.js";

/** @typedef {{ kind: string, form: string, date: string, version: number | null, is_current: boolean | null }} Act */

const NUMBERS = /** @type {const} */ (["eligible", "attended", "in_favour", "against"]);
const SHORT = 12;
const TOLD = ["ratify", "publish", "withdraw"];

export class ActForm {
  /** @param {{ desk: import("./desk.js").Desk, words: import("./words.js").Words, saving: import("./save.js").Saving }} page */
  constructor({ desk, words, saving }) {
    this.desk = desk;
    this.words = words;
    this.saving = saving;
    this.form = /** @type {HTMLFormElement} */ ($("act"));
    /** @type {{ version: number, fingerprint: string } | null} the line that an act would be about */
    this.line = null;
    /** Whether everybody sees something of the territory. */
    this.isPublished = false;
    this.once = newName();
    const date = this.#field("date");
    date.max = today();
    date.value = today();
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => {
      this.once = newName();
      this.#show();
    });
    on("act-send", () => void this.#send());
    desk.listen(() => {
      // A line that was kept since is another one to decide about.
      if ($("act-box").hasAttribute("open") && this.#isStale) void this.open();
      else this.#show();
    });
  }

  get #address() {
    return `/api/territories/${encodeURIComponent(this.desk.territory?.id ?? "")}`;
  }

  get #isStale() {
    return this.line !== null && this.line.version !== this.desk.territory?.version;
  }

  /** Read which line is kept, and what was decided so far. */
  async open() {
    const { words } = this;
    this.line = null;
    this.#show();
    if (!this.desk.territory?.version) return void ($("act-bound").textContent = words.say("no_line"));
    $("act-bound").textContent = words.say("reading");
    try {
      const [whole, line, acts] = await Promise.all(["", "/boundary", "/acts"].map((what) => ask(this.#address + what, words)));
      const refused = whole.refused ?? line.refused ?? acts.refused;
      $("act-bound").textContent = refused ?? "";
      if (refused !== null) return undefined;
      this.line = line.answer.properties;
      this.isPublished = whole.answer.properties.publication !== "private";
      this.#list(acts.answer);
      return this.#show();
    } catch {
      return void ($("act-bound").textContent = words.say("offline"));
    }
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  #show() {
    const { line, words, saving } = this;
    show("act-withdraw", this.isPublished);
    const ratify = /** @type {HTMLInputElement} */ (this.form.querySelector("input[name=kind]"));
    if (!this.isPublished && this.#chosen.kind === "withdraw") ratify.checked = true;
    const { kind, form } = this.#chosen;
    // To hide a territory is about no line: nothing keeps anybody from it.
    const [isHiding, isSaved] = [kind === "withdraw", saving.isSaved && !this.#isStale];
    const bound = () => words.say("bound", { version: line?.version ?? "", hash: line?.fingerprint.slice(0, SHORT) ?? "" });
    if (line) $("act-bound").textContent = isHiding ? words.say("withdraw.how") : bound();
    $("act-unsaved").textContent = isSaved || isHiding || !line ? "" : words.say("unsaved");
    enable("act-send", line !== null && (isSaved || isHiding));
    show("act-publication-row", kind === "publish");
    const isReferendum = form === "referendum";
    $("act-rule").textContent = $("act-rule").dataset[form] ?? "";
    /** @type {HTMLLabelElement} */ (document.querySelector("label[for=act-attended]")).textContent = words.say(isReferendum ? "attended.referendum" : "attended");
    const [eligible, attended] = [this.#count("eligible"), this.#count("attended")];
    const share = isReferendum && eligible && attended !== null ? attended / eligible : null;
    const said = share === null ? "" : words.say("share", { share: `${words.number(100 * share)}\u00a0%` });
    if ($("act-share").textContent !== said) $("act-share").textContent = said;
  }

  get #chosen() {
    const { kind, form, publication } = Object.fromEntries(new FormData(this.form));
    return { kind: String(kind), form: String(form), publication: String(publication) };
  }

  /** @param {typeof NUMBERS[number]} name */
  #count(name) {
    const text = this.#field(name).value.trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  }

  async #send() {
    const { line, words } = this;
    if (!line) return undefined;
    const { kind, form, publication } = this.#chosen;
    const wrong = this.#wrong();
    if (wrong) return wrong.focus();
    const meaning = words.say(`sure.${kind}`, { publication: words.say(`publication.${publication}`) });
    if (!(await sure(words.say("sure"), meaning, words.say("send")))) return undefined;
    const numbers = NUMBERS.map((name) => [name, this.#count(name)]).filter(([, count]) => count !== null);
    const body = {
      kind,
      form,
      ...(kind === "withdraw" ? {} : { version: line.version }),
      date: this.#field("date").value,
      ...Object.fromEntries(numbers),
      ...(kind === "publish" ? { publication } : {}),
    };
    tell(words.say("sending"));
    try {
      const { refused } = await ask(`${this.#address}/acts`, words, { method: "POST", body, once: this.once });
      if (refused !== null) return tell(refused);
      await this.open();
      this.once = newName();
      const sheet = `/t/${encodeURIComponent(this.desk.territory?.id ?? "")}/sheet?version=${line.version}&lang=${words.language}`;
      $("act-sheet").setAttribute("href", sheet);
      show("act-sheet", true);
      tell(words.say(kind === "withdraw" ? "withdraw.done" : "done"));
      return $("act-sheet").focus();
    } catch {
      return tell(words.say("offline"));
    }
  }

  /** The first field that cannot be read; each says so. */
  #wrong() {
    const isWrong = (/** @type {HTMLInputElement} */ field) =>
      field.name === "date" ? !field.value || field.value > today() : field.value.trim() !== "" && !/^\d+$/.test(field.value.trim());
    const fields = ["date", ...NUMBERS].map((name) => this.#field(name));
    for (const field of fields) field.setAttribute("aria-invalid", String(isWrong(field)));
    const first = fields.find(isWrong) ?? null;
    if (first) tell(this.words.say(first.name === "date" ? "date.wrong" : "numbers.wrong"));
    return first;
  }

  /** @param {readonly Act[]} acts */
  #list(acts) {
    const { words } = this;
    const rows = acts.map(({ kind, form, date, version, is_current }) => {
      const key = TOLD.includes(kind) ? `one.${kind}` : "one.other";
      const said = words.say(key, { date: dateOf(date, words.language), form: words.say(`form.${form}`), version: version ?? "" });
      const now = is_current === null || key === "one.withdraw" ? "" : words.say(is_current ? "one.current" : "one.old");
      return item(`${said} ${now}`.trim());
    });
    $("acts").replaceChildren(...rows);
    show("acts-title", rows.length > 0);
  }
}

/** As a date field takes it, where the browser is. */
function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
