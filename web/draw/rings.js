// @ts-check
/** The separate parts of a territory and the holes in it: to begin one, to take one in hand, to remove one. */
import { begin, drop, isWhole, turnTo } from "./history.js";
import { $, button, enable, item, on } from "./page.js";
import { areaOf, isInside } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */

export class Rings {
  /** @param {import("./desk.js").Desk} desk @param {import("./words.js").Words} words @param {(points: readonly Place[]) => void} look */
  constructor(desk, words, look) {
    this.desk = desk;
    this.words = words;
    this.look = look;
    on("part", () => desk.to(begin(desk.now, false)));
    on("hole", () => desk.to(begin(desk.now, true)));
    on("drop", () => desk.to(drop(desk.now), words.say("ring.dropped")));
    desk.listen(() => this.#show());
  }

  /** Take that ring in hand in which, or near whose line, somebody tapped; whether there was one. @param {readonly number[]} place */
  turnToAt([lon, lat]) {
    const { now } = this.desk;
    const inside = now.rest.map(({ points }, k) => ({ k, area: areaOf(points), is: isInside([lon, lat], points) }));
    const hit = inside.filter(({ is }) => is).sort((a, b) => a.area - b.area)[0];
    const isOwn = now.points.length > 0 && isInside([lon, lat], now.points);
    if (!hit || (isOwn && areaOf(now.points) < hit.area)) return false;
    this.#turnTo(hit.k);
    return true;
  }

  /** @param {number} k */
  #turnTo(k) {
    this.desk.to(turnTo(this.desk.now, k), this.words.say("ring.turned"));
  }

  #show() {
    const { desk, words } = this;
    const { now } = desk;
    enable("part", isWhole(now));
    enable("hole", isWhole(now));
    enable("drop", now.rest.length > 0);
    const rows = now.rest.map(({ points, isHole }, k) => {
      const text = words.say(isHole ? "ring.hole" : "ring.part", { area: words.area(areaOf(points)) });
      return item(button(text, () => {
        this.look(points);
        this.#turnTo(k);
      }, "row"));
    });
    $("rings").replaceChildren(...rows);
  }
}
