// @ts-check
/** To begin with the ground that the neighbours leave free. */
import { ringsOf } from "./history.js";
import { on, show, tell } from "./page.js";
import { asked } from "./server.js";
import { drawingOf } from "./shape.js";

export class FreeGround {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./map.js").DrawMap} map
   */
  constructor(desk, words, map) {
    this.desk = desk;
    this.words = words;
    this.map = map;
    on("free", () => this.#begin());
    desk.listen(() => this.show());
  }

  /** It serves while nothing is drawn, and where lines are exact. */
  show() {
    show("free", ringsOf(this.desk.now).length === 0 && !this.map.isFar, "map");
  }

  async #begin() {
    const { words, desk, map } = this;
    tell(words.say("free.asking"));
    const body = { at: map.atCrosshair().place, bbox: map.bounds, level: "council", replaces: desk.territory?.replaces ?? null };
    try {
      const { answer, refused } = await asked("/api/free", body, words);
      if (refused !== null) return tell(refused);
      desk.to(drawingOf(answer.geometry), words.say(answer.properties.is_open ? "free.open" : "free.done"));
      return map.lookAt(desk.now.points);
    } catch {
      return tell(words.say("free.offline"));
    }
  }
}
