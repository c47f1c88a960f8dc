// @ts-check
/** How the drawing fits those around it: asked after every change, told in sentences. */
import { Checker } from "./check.js";
import { FindingList } from "./findings.js";
import { isWhole } from "./history.js";
import { $, tell } from "./page.js";

/** @typedef {import("./check.js").Finding} Finding */

const SHORT = 50;

export class Review {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./words.js").Words} words
   * @param {import("./map.js").DrawMap} map
   * @param {{
   *   feature: () => object,
   *   remedies: import("./remedies.js").Remedies,
   *   measured: (area: number, length: number) => void,
   * }} page
   */
  constructor(desk, words, map, { feature, remedies, measured }) {
    this.desk = desk;
    this.words = words;
    this.map = map;
    this.feature = feature;
    this.measured = measured;
    this.happened = "";
    /** Whether that is no step of drawing, which can be seen, but a thing to be told: saved, agreed. */
    this.isNews = false;
    this.list = new FindingList($("findings"), words, {
      onShow: (finding) => this.#mark(finding),
      remedies: (finding) => remedies.buttons(finding),
    });
    this.checker = new Checker(`/api/check?lang=${words.language}`, {
      asking: () => $("findings").setAttribute("aria-busy", "true"),
      answered: (answer) => this.#show(answer),
      refused: (sentence) => {
        this.list.clear();
        tell(sentence ?? words.say("check.offline"));
      },
    });
    desk.listen(({ isNew, said }) => {
      // What is only shown anew takes nothing back that was told.
      if (isNew || said) [this.happened, this.isNews] = [said, !isNew];
      if (isNew) this.ask();
    });
  }

  /** Ask anew, as something beside the line changed: what was told before is not of that. */
  renew() {
    [this.happened, this.isNews] = ["", false];
    return this.ask();
  }

  ask() {
    $("see").hidden = true;
    this.map.unmark();
    if (isWhole(this.desk.now)) return this.checker.ask(this.feature());
    this.checker.ask(null);
    return this.list.clear();
  }

  /** @param {Finding | null} finding */
  #mark(finding) {
    if (!finding) return this.map.unmark();
    this.map.mark(finding.geometry, finding.place);
    return $("stage").scrollIntoView({ block: "nearest" });
  }

  /** @param {import("./check.js").Answer} answer */
  #show({ area_m2, perimeter_m, findings, notices }) {
    this.measured(area_m2, perimeter_m);
    this.list.fill(findings);
    $("see").hidden = findings.length === 0;
    // What happened was read already; together with the result only where both are short.
    const happened = this.isNews || this.happened.length < SHORT ? this.happened : "";
    tell([happened, this.#summary(findings), ...notices.map(({ message }) => message)].join(" ").trim());
    [this.happened, this.isNews] = ["", false];
  }

  /** @param {readonly Finding[]} findings */
  #summary(findings) {
    if (findings.length === 0) return this.words.say("clean");
    const counted = /** @type {const} */ (["error", "warning", "note"])
      .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length])
      .filter(([, count]) => count)
      .map(([severity, count]) => this.words.say(`count.${severity}.${count === 1 ? "one" : "many"}`, { count }));
    return this.words.say("found", { counts: this.words.list(counted) });
  }
}
