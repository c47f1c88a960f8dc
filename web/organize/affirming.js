// @ts-check
/** Corridors that were kept: who is meant, who affirmed it, and the step from plan to territory. */
import { dateOf } from "../draw/elements.js";
import { $, button, item, tell } from "../draw/page.js";

/** @typedef {{ id: string, name: string | null, affirmed: boolean, since: string | null, can: boolean, planned: boolean }} Member */

export class Affirming {
  /** @param {import("./page.js").Page} page @param {(ground: any) => void} onGround */
  constructor(page, onGround) {
    this.page = page;
    this.onGround = onGround;
  }

  /** Show those that this key made or is shown. */
  async list() {
    const kept = ((await this.page.ask("/api/plans")) ?? []).filter((/** @type {any} */ plan) => plan.kind === "corridor");
    const plans = await Promise.all(kept.map((/** @type {{ id: string }} */ { id }) => this.page.ask(`/api/plans/${id}`)));
    $("corridor-kept").hidden = !plans.length;
    $("corridor-plans").replaceChildren(...plans.filter(Boolean).map((plan) => this.#row(plan)));
  }

  /** @param {{ id: string, name: string, shared: boolean, revision: number, territory: string | null, members: Member[] }} plan */
  #row({ id, name, shared, revision, territory, members }) {
    const { words } = this.page;
    const title = document.createElement("h3");
    title.textContent = name;
    const state = document.createElement("p");
    const affirmed = members.filter((each) => each.affirmed).length;
    state.textContent = [
      words.say(territory ? "corridor.stands" : "corridor.plan", { count: words.number(affirmed), of: words.number(members.length) }),
      words.say(shared ? "corridor.is_shared" : "corridor.is_private"),
    ].join(" ");
    const list = document.createElement("ul");
    list.append(...members.map((each) => this.#member(each)));
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    buttons.append(named(button(words.say("show"), () => void this.#ground(id)), words.say("show.what", { what: name })));
    if (!territory) buttons.append(named(button(words.say("corridor.make"), () => void this.#make(id, revision), ""), words.say("corridor.make.what", { name })));
    return item(title, state, list, buttons);
  }

  /** @param {Member} member */
  #member({ id, name, affirmed, since, can }) {
    const { words } = this.page;
    const said = document.createElement("span");
    said.textContent = name ?? id;
    const state = document.createElement("span");
    const key = affirmed ? "corridor.affirmed" : can ? "corridor.not_yet" : "corridor.cannot";
    state.textContent = words.say(key, { date: since ? dateOf(since, words.language) : "—" });
    state.className = affirmed ? "closes" : "fine";
    return item(said, state);
  }

  /** @param {string} id */
  async #ground(id) {
    const ground = await this.page.ask(`/api/plans/${id}/ground`);
    if (!ground) return;
    this.onGround({ ...ground, features: ground.features.filter((/** @type {any} */ each) => each.geometry) });
    $("stage").scrollIntoView({ block: "nearest" });
    tell(this.page.words.say("corridor.ground"));
  }

  /** @param {string} id @param {number} revision */
  async #make(id, revision) {
    if (!(await this.page.ask(`/api/plans/${id}/territory`, "POST", undefined, revision))) return;
    tell(this.page.words.say("corridor.made"));
    await this.list();
  }
}

/** @param {HTMLElement} made @param {string} label */
function named(made, label) {
  made.setAttribute("aria-label", label);
  return made;
}
