// @ts-check
/** The tools beside the map: what to do next, which buttons serve now, and how large the territory is. */
import { ringsOf } from "./history.js";
import { $, enable, show, tell } from "./page.js";
import { groundOf, outlineOf } from "./shape.js";

export class Tools {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./map.js").DrawMap} map
   * @param {import("./facts.js").FactFields} facts
   */
  constructor(desk, words, map, facts) {
    this.desk = desk;
    this.words = words;
    this.map = map;
    this.facts = facts;
    desk.listen(({ isNew, said }) => {
      this.#showButtons();
      this.showStep();
      if (isNew) this.showMeasures();
      if (isNew || said) tell(said);
    });
  }

  /** What to do next, in one sentence. */
  showStep() {
    show("follow", !this.desk.now.closed && !this.map.isFar, "map");
    const sentence = this.#step();
    if ($("step").textContent !== sentence) $("step").textContent = sentence;
    $("add").textContent = this.words.say(this.map.isFar ? "come" : this.desk.chosen >= 0 ? "insert" : "add");
  }

  #step() {
    const { words, desk: { now: { points, closed, isHole, rest } } } = this;
    const missing = 3 - points.length;
    if (closed) return words.say("step.closed");
    if (points.length === 0 && this.map.isFar) return words.say("step.far");
    if (points.length === 0 && rest.length) return words.say(isHole ? "step.hole" : "step.part");
    if (points.length === 0) return words.say("step.first");
    if (missing > 0) return words.say(missing === 1 ? "step.last" : "step.more", { count: missing });
    return words.say("step.close");
  }

  #showButtons() {
    const { chosen, history, now: { points, closed } } = this.desk;
    show("add", !closed || chosen >= 0, "map");
    show("reopen", closed && chosen < 0, "map");
    show("close", !closed && points.length >= 3, closed ? "reopen" : "map");
    show("chosen", chosen >= 0, "map");
    show("reopen-here", closed);
    show("crosshair", !closed || chosen >= 0);
    $("follow").setAttribute("aria-pressed", String(this.desk.follows));
    enable("undo", history.canUndo);
    enable("redo", history.canRedo);
    show("steps", history.canUndo || history.canRedo, "map");
    const isEmpty = ringsOf(this.desk.now).length === 0;
    for (const id of ["restart", "download", "copy"]) enable(id, !isEmpty);
    $("chosen").setAttribute("aria-label", this.words.say("chosen", { number: chosen + 1 }));
    $("copied").hidden = true;
  }

  /** As counted here; the server's own numbers come with its check. @param {number} [area] m² @param {number} [length] m */
  showMeasures(area = groundOf(this.desk.now), length = outlineOf(this.desk.now)) {
    const { words, desk: { now } } = this;
    const { families } = this.facts.read;
    const count = ringsOf(now).reduce((sum, { points }) => sum + points.length, 0);
    const parts = [
      ...(count > 2 ? [words.say("measures.area", { area: words.area(area) })] : []),
      ...(count > 1 ? [words.say("measures.length", { length: words.length(length) })] : []),
      ...(count === 1 || count === 2 ? [words.say("measures.points", { count })] : []),
      ...(families === null ? [] : [words.say("measures.families", { count: words.number(families) })]),
    ];
    $("measures").textContent = parts.join(" · ");
  }
}
