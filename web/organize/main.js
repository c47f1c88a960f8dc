// @ts-check
/** The organizers' page: one map, and several questions to choose from. */
import { $ } from "../draw/page.js";
import { Access } from "./access.js";
import { Corridors } from "./corridors.js";
import { Missing } from "./missing.js";
import { Network } from "./network.js";
import { Page } from "./page.js";
import { WhatIf } from "./whatif.js";

/**
 * @typedef {object} Question
 * @property {readonly import("./map.js").Overlay[]} overlays what lies on the map while it is asked
 * @property {(place: [number, number], under: (overlay: import("./map.js").Overlay) => any) => void} tapped somebody touched the map
 */

const page = new Page(JSON.parse($("start").textContent ?? "{}"));
/** @type {Record<string, Question>} */
const questions = { missing: new Missing(page), access: new Access(page), corridors: new Corridors(page), whatif: new WhatIf(page), network: new Network(page) };

/** Show the question that the address names, and its answers. */
function open() {
  const name = location.hash.slice(1) in questions ? location.hash.slice(1) : Object.keys(questions)[0];
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-question]"))) part.hidden = part.dataset.question !== name;
  for (const link of document.querySelectorAll("#questions a")) {
    if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const [each, { overlays }] of Object.entries(questions)) for (const overlay of overlays) overlay.show(each === name);
  page.board.onTap = (place, under) => questions[name].tapped(place, under);
}

addEventListener("hashchange", open);
open();
if (page.start.has_key) {
  void /** @type {Missing} */ (questions.missing).plans.listKept();
  void /** @type {Corridors} */ (questions.corridors).affirming.list();
}
// The tests of the page cannot read a canvas.
Object.assign(window, { organizing: { page, ...questions } });
