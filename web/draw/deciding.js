// @ts-check
/** A card under the map in which one thing is decided: seen on the map first, with reasons in one's own words. */
import { made } from "./elements.js";
import { $, button, show, tell } from "./page.js";

const MOST_REASONS = 500;

/**
 * @typedef {object} Choice
 * @property {string} id
 * @property {string} title
 * @property {string} text what it would mean
 * @property {() => void} preview shows it on the map
 * @property {HTMLElement} [detail] what belongs to it, below its words
 */

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {readonly Choice[]} choices one of them must be chosen, where there are any
 * @property {string} legend what the map shows of it
 * @property {"none" | "may" | "must"} reasons
 * @property {string} yes what the button says
 * @property {(choice: string | null, reasons: string | null) => Promise<void>} send
 * @property {() => void} onLeave
 */

export class Deciding {
  /** @param {import("./words.js").Words} words @param {{ look: () => void }} page look: bring the map into view */
  constructor(words, page) {
    this.words = words;
    this.page = page;
    this.card = $("deciding");
    this.reasons = reasonsField();
  }

  /** What was typed so far. */
  get typed() {
    return this.reasons.value.trim();
  }

  /** @param {Question} question @param {string} [note] why it is asked once more @param {string} [typed] @param {string | null} [chosen] */
  ask(question, note = "", typed = "", chosen = null) {
    const { words } = this;
    const form = made("form");
    form.noValidate = true;
    this.reasons = reasonsField();
    this.reasons.value = typed;
    const send = made("button", "", question.yes);
    const buttons = made("p", "buttons", send, button(words.say("no"), () => this.#leave(question)));
    const said = question.reasons === "none" ? [] : [this.#reasonsPart(question.reasons)];
    form.append(...choicesPart(question.choices, words.say("ways"), chosen), ...said, buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send(question, form, send);
    });
    this.#open(question.title, [...noted(note), made("p", "", question.text), made("p", "fine", question.legend), form]);
  }

  /** Give back what was typed about something that is no longer there. @param {string} title @param {string} note @param {string} typed */
  giveBack(title, note, typed) {
    const { words } = this;
    const kept = made("textarea");
    kept.id = "deciding-kept";
    kept.readOnly = true;
    kept.value = typed;
    const label = made("label", "", words.say("changed.kept"));
    label.htmlFor = kept.id;
    const parts = typed ? [made("p", "", label, kept)] : [];
    const close = made("p", "buttons", button(words.say("changed.close"), () => this.close()));
    this.#open(title, [made("p", "", note), ...parts, close]);
  }

  close() {
    show("deciding", false, "neighbours-title");
    this.card.replaceChildren();
  }

  /** @param {string} title @param {readonly Node[]} content */
  #open(title, content) {
    const heading = made("h2", "", title);
    heading.id = "deciding-title";
    this.card.replaceChildren(heading, ...content);
    show("deciding", true);
    this.page.look();
    this.card.focus({ preventScroll: true });
  }

  /** @param {Question} question @param {HTMLFormElement} form @param {HTMLButtonElement} send */
  async #send(question, form, send) {
    const { words, typed } = this;
    const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector("input:checked"));
    const missing = question.choices.length && !chosen ? "way.needed" : question.reasons === "must" && !typed ? "reasons.needed" : null;
    if (missing) {
      tell(words.say(missing));
      /** @type {HTMLElement | null} */ (form.querySelector(missing === "way.needed" ? "input" : "textarea"))?.focus();
      return;
    }
    if (send.getAttribute("aria-disabled") === "true") return;
    send.setAttribute("aria-disabled", "true");
    tell(words.say("sending"));
    await question.send(chosen?.value ?? null, typed || null);
    send.removeAttribute("aria-disabled");
  }

  /** @param {Question} question */
  #leave(question) {
    this.close();
    question.onLeave();
    tell(this.words.say("closed"));
  }

  /** @param {"may" | "must"} kind */
  #reasonsPart(kind) {
    const { words } = this;
    const label = made("label", "", words.say(kind === "must" ? "reasons.must" : "reasons"));
    label.htmlFor = this.reasons.id;
    const how = made("span", "fine", words.say("reasons.how"));
    how.id = "deciding-how";
    this.reasons.required = kind === "must";
    return made("p", "", label, this.reasons, how);
  }
}

function reasonsField() {
  const field = made("textarea");
  field.id = "deciding-reasons";
  field.rows = 2;
  field.maxLength = MOST_REASONS;
  field.setAttribute("aria-describedby", "deciding-how");
  return field;
}

/** @param {readonly Choice[]} choices @param {string} title @param {string | null} chosen */
function choicesPart(choices, title, chosen) {
  if (!choices.length) return [];
  const rows = choices.map((choice) => {
    const input = made("input");
    input.type = "radio";
    input.name = "way";
    input.value = choice.id;
    input.checked = choice.id === chosen;
    input.addEventListener("change", choice.preview);
    const label = made("label", "choice", input, made("span", "", made("strong", "", choice.title), made("small", "", choice.text)));
    return choice.detail ? made("div", "", label, choice.detail) : label;
  });
  return [made("fieldset", "choices", made("legend", "", title), ...rows)];
}

/** @param {string} note */
function noted(note) {
  return note ? [made("p", "notice-text", note)] : [];
}
