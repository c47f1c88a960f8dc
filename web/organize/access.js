// @ts-check
/** Who reaches whom by road: the nearest seat of each council, who is cut off, and with whom life is by road. */
import { $, on, tell } from "../draw/page.js";
import { seat, way, whoLeaves } from "./access_looks.js";
import { Listed } from "./listed.js";
import { Overlay } from "./map.js";

/** @typedef {{ id: string, name: string }} Named */
/** @typedef {"cut_off" | "leaning" | "rest"} Kind */
/** @typedef {{ seat: Named | null, seat_s: number | null, own: Named | null, is_cut_off: boolean, leans: boolean, with: Named | null, why: string }} Told */
/** @typedef {{ id: string, geometry: { type: "Point", coordinates: [number, number] }, properties: Told }} Reach */

/** @type {Kind[]} */
const KINDS = ["cut_off", "leaning", "rest"];
// Beyond that, lines of those for whom all is well only hide the others.
const MOST_WAYS = 500;

export class Access {
  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this.page = page;
    const { board, words } = page;
    /** @type {any} what was found last */
    this.found = null;
    /** @type {string | null} */
    this.chosen = null;
    const chosen = () => this.chosen;
    this.ways = new Overlay(board, way(chosen));
    this.seats = new Overlay(board, seat);
    this.councils = new Overlay(board, whoLeaves(chosen));
    this.lists = KINDS.map((kind) => new Listed($(`${kind}-list`), words, (id) => this.#choose(id)));
    $("reach").addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = await page.run({ kind: "access", ...page.where("reach-where") });
      if (told) this.#show(told);
    });
    on("print-reached", () => print());
    on("download-reached", () => page.keepFile(words.say("access.file"), { type: "FeatureCollection", features: this.found.features }));
  }

  /** What lies on the map while this is asked. */
  get overlays() {
    return [this.ways, this.seats, this.councils];
  }

  /** @param {[number, number]} _ @param {(overlay: Overlay) => any} under */
  tapped(_, under) {
    const found = under(this.councils);
    if (!found) return;
    this.chosen = String(found.getId());
    if (found.get("kind") === "rest") /** @type {HTMLDetailsElement} */ ($("rest-part")).open = true;
    for (const list of this.lists) list.choose(this.chosen);
    this.#refresh();
  }

  /** @param {string | null} id */
  #choose(id) {
    this.chosen = id;
    for (const list of this.lists) if (list.chosen !== id) list.choose(null);
    this.#refresh();
    if (!id) return;
    this.councils.goTo(id);
    $("stage").scrollIntoView({ block: "nearest" });
  }

  #refresh() {
    for (const overlay of this.overlays) overlay.refresh();
  }

  /** @param {{ features: Reach[], seats: any, roads: { called: string, source: string, date: string | null }[], counts: Record<string, number> }} told */
  #show(told) {
    const { words } = this.page;
    this.found = told;
    this.chosen = null;
    $("reached").hidden = false;
    const { counts } = told;
    $("reach-counts").replaceChildren(
      ...this.page.terms(["councils", "cut_off", "leaning", "unreached"].map((each) => [words.say(`access.count.${each}`), words.number(counts[each])])),
    );
    $("reach-roads").textContent = told.roads.map(({ called, source, date }) => words.say("access.roads", { called, source, date: date ?? "—" })).join(" ");
    KINDS.forEach((kind, at) => {
      const some = told.features.filter((each) => kindOf(each) === kind).sort((a, b) => (b.properties.seat_s ?? Infinity) - (a.properties.seat_s ?? Infinity));
      this.lists[at].fill(some);
      $(`${kind}-part`).hidden = !some.length;
      /** @type {HTMLElement} */ ($(`${kind}-part`).querySelector(".count")).textContent = `(${words.number(some.length)})`;
    });
    this.ways.fill({ type: "FeatureCollection", features: ways(told) }, { fit: false });
    this.seats.fill(told.seats, { fit: false });
    this.councils.fill({ type: "FeatureCollection", features: told.features.map((each) => ({ ...each, properties: { kind: kindOf(each) } })) });
    tell(words.say("access.told", { count: words.number(counts.councils), cut_off: words.number(counts.cut_off) }));
    $("reached-title").focus({ preventScroll: true });
  }
}

/** @param {Reach} reach @returns {Kind} */
export function kindOf({ properties }) {
  return properties.is_cut_off ? "cut_off" : properties.leans ? "leaning" : "rest";
}

/** Lines from councils to the seat that is nearest by road, and from those that are cut off to their own. @param {{ features: Reach[], seats: any }} told */
export function ways({ features, seats }) {
  /** @type {Map<string, [number, number]>} */
  const at = new Map(seats.features.map((/** @type {any} */ each) => [each.id, each.geometry.coordinates]));
  const isFew = features.length <= MOST_WAYS;
  return features.flatMap((reach) => {
    const { seat: first, own, with: other, leans } = reach.properties;
    const kind = kindOf(reach);
    /** @type {[string, Named | null][]} */
    const ends = [
      ["nearest", isFew || kind !== "rest" ? first : null],
      ["own", kind === "cut_off" && own?.id !== first?.id ? own : null],
      ["leans", leans ? other : null],
    ];
    return ends.flatMap(([of, end]) => {
      const to = end && at.get(end.id);
      if (!to) return [];
      const geometry = { type: "LineString", coordinates: [reach.geometry.coordinates, to] };
      return [{ type: "Feature", id: `${of}-${reach.id}`, geometry, properties: { of, council: reach.id } }];
    });
  });
}
