// @ts-check
/** Territories that somebody chose, by a part of their name or with a finger on the map. */
import { button, item } from "../draw/page.js";

/** @typedef {{ id: string, name: string, level: string, at: [number, number] }} Named */

const WAIT_MS = 250;

export class Members {
  /**
   * @param {HTMLElement} box holds the field and both lists, see `_members.html`
   * @param {import("./page.js").Page} page
   * @param {{ levels?: string[], isOrdered?: () => boolean, onChanged?: () => void }} [options] levels that can be chosen; whether their order counts
   */
  constructor(box, page, { levels = [], isOrdered = () => false, onChanged = () => undefined } = {}) {
    this.page = page;
    this.levels = levels;
    this.isOrdered = isOrdered;
    this.onChanged = onChanged;
    this.field = /** @type {HTMLInputElement} */ (box.querySelector("input"));
    this.offered = /** @type {HTMLElement} */ (box.querySelector(".offered"));
    this.list = /** @type {HTMLElement} */ (box.querySelector(".chosen-members"));
    this.said = /** @type {HTMLElement} */ (box.querySelector("[role=status]"));
    /** @type {Named[]} */
    this.chosen = [];
    let timer = 0;
    this.field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.#search(), WAIT_MS);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      // The form is not sent yet: the first that is offered is meant.
      event.preventDefault();
      this.offered.querySelector("button")?.click();
    });
  }

  get ids() {
    return this.chosen.map(({ id }) => id);
  }

  /** @param {readonly Named[]} chosen */
  fill(chosen) {
    this.chosen = [...chosen];
    this.show();
  }

  /** Take what lies under a finger. @param {[number, number]} place */
  async pick([lon, lat]) {
    const found = await this.#ask(`at=${lon.toFixed(6)},${lat.toFixed(6)}`);
    if (found.length) this.add(found[0]);
    else this.said.textContent = this.page.words.say("members.none_here");
  }

  /** @param {Named} one */
  add(one) {
    if (!this.ids.includes(one.id)) this.chosen.push(one);
    this.said.textContent = this.page.words.say("members.added", { name: one.name });
    this.show();
    this.onChanged();
  }

  /** The chosen ones, each with a way out. */
  show() {
    const { words } = this.page;
    this.list.replaceChildren(
      ...this.chosen.map((one, at) => {
        const name = document.createElement("span");
        name.textContent = this.isOrdered() ? `${at + 1}. ${one.name}` : one.name;
        const buttons = document.createElement("span");
        buttons.className = "buttons";
        if (this.isOrdered() && at > 0) {
          buttons.append(named(button("↑", () => this.#swap(at)), words.say("members.earlier", { name: one.name })));
        }
        buttons.append(named(button("✕", () => this.#drop(one)), words.say("members.drop", { name: one.name })));
        return item(name, buttons);
      }),
    );
  }

  /** @param {number} at */
  #swap(at) {
    [this.chosen[at - 1], this.chosen[at]] = [this.chosen[at], this.chosen[at - 1]];
    this.show();
    this.list.children[at - 1]?.querySelector("button")?.focus();
    this.onChanged();
  }

  /** @param {Named} one */
  #drop(one) {
    this.chosen = this.chosen.filter((each) => each !== one);
    this.said.textContent = this.page.words.say("members.dropped", { name: one.name });
    this.show();
    this.field.focus();
    this.onChanged();
  }

  async #search() {
    const text = this.field.value.trim();
    const found = text ? await this.#ask(`q=${encodeURIComponent(text)}`) : [];
    if (text !== this.field.value.trim()) return;
    this.offered.replaceChildren(
      ...found
        .filter(({ id }) => !this.ids.includes(id))
        .map((one) =>
          item(
            button(one.name, () => {
              this.field.value = "";
              this.offered.replaceChildren();
              this.add(one);
              this.field.focus();
            }),
          ),
        ),
    );
    this.said.textContent = text ? this.page.words.say(found.length ? "members.found" : "members.not_found", { count: this.page.words.number(found.length) }) : "";
  }

  /** @param {string} query @returns {Promise<Named[]>} */
  async #ask(query) {
    const levels = this.levels.map((level) => `&level=${level}`).join("");
    return (await this.page.ask(`/api/names?${query}${levels}`)) ?? [];
  }
}

/** @param {HTMLElement} made @param {string} label */
function named(made, label) {
  made.setAttribute("aria-label", label);
  return made;
}
