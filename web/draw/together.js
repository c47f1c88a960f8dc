// @ts-check
/** To move a line together with the neighbours': they are asked when it is saved, and theirs stays until they say yes. */
import { movedWith } from "./history.js";
import { movedAlong } from "./moved.js";
import { $, on, show } from "./page.js";

/** @typedef {import("./moved.js").Moved} Moved */

export class Together {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./map.js").DrawMap} map
   * @param {import("./save.js").Saving} saving
   */
  constructor(desk, words, map, saving) {
    this.desk = desk;
    this.words = words;
    this.map = map;
    this.saving = saving;
    on("together", () => this.#turn());
    desk.listen(() => this.show());
  }

  /** Whether there is a common line to move, and neighbours who can be asked. */
  get #mayAsk() {
    const { territory, now } = this.desk;
    return now.closed && (territory?.version ?? 0) > 0 && ["draw", "agree"].every((each) => territory?.may.includes(each));
  }

  show() {
    const { desk: { now }, words, saving, map } = this;
    const together = now.together ?? false;
    const moved = this.#mayAsk ? movedAlong(saving.kept, now, map.around.graph) : [];
    show("together", this.#mayAsk && !map.isFar, "map");
    $("together").setAttribute("aria-pressed", String(together));
    map.showFollowing(together ? moved.flatMap(shapes) : []);
    const names = [...new Map(moved.flatMap(({ neighbours }) => [...neighbours])).values()];
    const said = names.length ? words.say(together ? "together.asks" : "together.offer", { names: words.list(names) }) : "";
    if ($("together-told").textContent !== said) $("together-told").textContent = said;
  }

  #turn() {
    const { desk, words, saving } = this;
    const [together, wasSaved] = [!desk.now.together, saving.isSaved];
    desk.to(movedWith(desk.now, together), words.say(together ? "together.on" : "together.off"), desk.chosen);
    if (wasSaved) saving.isKept(desk.now);
  }
}

/** What changes hands, and the line that both would have. @param {Moved} moved */
function shapes({ ground, line }) {
  return [
    { type: "Polygon", coordinates: [[...ground, ground[0]]] },
    { type: "LineString", coordinates: line },
  ];
}
