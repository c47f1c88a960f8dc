// @ts-check
/** The findings as a list of sentences: a shape, a word and a colour for how much each one weighs. */
import { button, item } from "./page.js";

/** @typedef {import("./check.js").Finding} Finding */
/** @typedef {import("./words.js").Words} Words */

/** The same shapes as on the maps. */
const SHAPES = {
  error: "M4 4h16v16H4z",
  warning: "M12 3 22 21H2z",
  note: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
};
const WEIGHT = { error: 0, warning: 1, note: 2 };
const SHOWN = 30;

export class FindingList {
  /**
   * @param {HTMLElement} list
   * @param {Words} words
   * @param {{ onShow: (finding: Finding | null) => void, remedies: (finding: Finding) => HTMLElement[] }} listener
   */
  constructor(list, words, { onShow, remedies }) {
    this.list = list;
    this.words = words;
    this.onShow = onShow;
    this.remedies = remedies;
  }

  clear() {
    this.list.replaceChildren();
    this.list.removeAttribute("aria-busy");
  }

  /** Errors before warnings before notes, and the larger ground first; a long list in pieces. @param {readonly Finding[]} findings @param {number} [most] */
  fill(findings, most = SHOWN) {
    const sorted = [...findings].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || areaOf(b) - areaOf(a));
    const rows = sorted.slice(0, most).map((finding) => this.#row(finding));
    if (sorted.length > most) {
      const more = button(this.words.say("found.more", { count: sorted.length - most }), () => {
        this.fill(findings, sorted.length);
        this.list.querySelectorAll("li")[most]?.querySelector("button")?.focus();
      });
      rows.push(item(more));
    }
    this.list.replaceChildren(...rows);
    this.list.removeAttribute("aria-busy");
  }

  /** @param {Finding} finding */
  #row(finding) {
    const { words } = this;
    const weight = document.createElement("strong");
    weight.append(icon(finding.severity), words.say(`severity.${finding.severity}`));
    const sentence = document.createElement("p");
    sentence.append(weight, " ", finding.message);
    const row = item(sentence);
    row.className = `finding ${finding.severity}`;
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    if (finding.geometry || finding.place) {
      const show = button(words.say("show"), () => this.#toggle(show, finding));
      show.setAttribute("aria-pressed", "false");
      show.setAttribute("aria-label", words.say("show.what", { what: finding.message }));
      buttons.append(show);
    }
    buttons.append(...this.remedies(finding));
    if (buttons.childElementCount) row.append(buttons);
    return row;
  }

  /** @param {HTMLButtonElement} pressed @param {Finding} finding */
  #toggle(pressed, finding) {
    const isShown = pressed.getAttribute("aria-pressed") === "true";
    for (const other of this.list.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
    pressed.setAttribute("aria-pressed", String(!isShown));
    this.onShow(isShown ? null : finding);
  }
}

/** @param {Finding} finding */
function areaOf({ args }) {
  return Number(args.area_m2 ?? 0);
}

/** @param {Finding["severity"]} severity */
function icon(severity) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[severity]);
  svg.append(path);
  return svg;
}
