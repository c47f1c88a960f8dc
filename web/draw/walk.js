// @ts-check
/** A boundary by walking along it: the phone says where it is, and the line grows. Kept are places and how sure they
 * are, and never when: who went where at what time is nobody's business. */
import { NOTHING } from "./history.js";
import { $, enable, on, show, sure, tell } from "./page.js";
import { gridPlace, lengthOf } from "./shape.js";
import { LIMIT_M, finished, judged, takenSince, walkedOn } from "./track.js";

const PATIENCE_MS = 30_000;
const DENIED = 1;

export class Walk {
  /** @param {import("./ways.js").Page} page */
  constructor(page) {
    this.page = page;
    this.words = page.words;
    this.isOpen = false;
    /** @type {number | null} what the browser calls the watch for the position; none while it rests */
    this.watch = null;
    /** @type {WakeLockSentinel | null} */
    this.wake = null;
    /** @type {number | null} in metres, of the newest fix */
    this.accuracy = null;
    /** @type {string} the sentence that was said of the signal last, so that it is said once */
    this.said = "";
    on("walk-pause", () => (this.watch === null ? this.#goOn() : this.#pause(this.words.say("walk.paused"))));
    on("walk-undo", () => page.desk.step("undo", this.words.say("walk.undone")));
    on("walk-finish", () => this.#finish());
    on("walk-leave", () => this.#leave(this.words.say("walk.left")));
    on("walked-seen", () => show("walked", false, "map"));
    page.desk.listen(({ isNew }) => {
      if (this.isOpen) this.#show();
      if (isNew) show("walked", false, "map");
    });
    document.addEventListener("visibilitychange", () => void (this.watch !== null && this.#stayAwake()));
  }

  /** Begin, or go on with an open line. */
  async start() {
    const { words, page: { desk, look } } = this;
    if (this.isOpen) return look();
    if (!navigator.geolocation) return tell(words.say("walk.none"));
    const { closed, isHole, rest } = desk.now;
    if (closed) {
      if (!(await sure(words.say("walk.sure"), words.say("walk.sure.text"), words.say("walk.sure.yes")))) return undefined;
      desk.to({ ...NOTHING, isHole, rest });
    }
    this.isOpen = true;
    this.accuracy = null;
    show("walk", true);
    look();
    $("walk").focus({ preventScroll: true });
    return this.#goOn();
  }

  #goOn() {
    // A tap by mistake, by a hand that carries a phone through the bush, sets no point.
    this.page.map.asked = () => tell(this.words.say("walk.tap"));
    this.said = "";
    tell(this.words.say("walk.searching"));
    const isNew = takenSince(Date.now());
    this.watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        // Who went by bus while the walk rested did not walk there.
        if (isNew(timestamp)) this.#at({ place: gridPlace([coords.longitude, coords.latitude]), accuracy: coords.accuracy });
      },
      ({ code }) => (code === DENIED ? this.#pause(this.words.say("walk.denied")) : this.#sayOnce("walk.lost")),
      { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
    );
    void this.#stayAwake();
    this.#show();
  }

  /** @param {import("./history.js").Fix} fix */
  #at(fix) {
    const { desk, map } = this.page;
    this.accuracy = fix.accuracy;
    map.goWith(fix.place, fix.accuracy);
    const verdict = judged(fix, desk.now.points[desk.now.points.length - 1]);
    if (verdict === "weak") this.#sayOnce("walk.weak");
    else if (verdict === "still") this.#sayOnce("walk.good");
    else {
      const said = this.said === "walk.good" ? "" : this.words.say("walk.good");
      this.said = "walk.good";
      desk.to(walkedOn(desk.now, fix), said);
    }
    this.#show();
  }

  /** Words that do not change are not said again at every step. @param {"walk.weak" | "walk.lost" | "walk.good"} key */
  #sayOnce(key) {
    if (this.said === key) return;
    this.said = key;
    tell(this.words.say(key, { accuracy: this.words.length(this.accuracy ?? 0), limit: this.words.length(LIMIT_M) }));
  }

  /** @param {string} sentence */
  #pause(sentence) {
    this.#rest();
    this.#show();
    tell(sentence);
  }

  #rest() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
    this.page.map.asked = null;
    void this.wake?.release().catch(() => undefined);
    this.wake = null;
  }

  #finish() {
    const { words, page: { desk, map } } = this;
    const { now } = desk;
    const drawing = finished(now);
    if (!drawing) return tell(words.say("walk.few"));
    const [walked, kept] = [now.points.length, drawing.points.length];
    const accuracy = words.length(drawing.made?.accuracy_m ?? 0);
    this.#leave("");
    desk.to(drawing);
    map.lookAt(drawing.points);
    // On a card of its own: what the check says of the line comes into the place of everything else that is said.
    $("walked-text").textContent = words.say("walk.done", { walked, kept, accuracy });
    show("walked", true);
    return $("walked").focus({ preventScroll: true });
  }

  /** @param {string} sentence */
  #leave(sentence) {
    this.#rest();
    this.isOpen = false;
    show("walk", false, "map");
    this.#show();
    this.page.desk.refresh(sentence);
  }

  #show() {
    const { words, page: { desk: { now } } } = this;
    const isResting = this.watch === null;
    document.body.classList.toggle("walking", this.isOpen && !isResting);
    if (!isResting) $("step").textContent = words.say("walk.step");
    $("walk-title").textContent = words.say(isResting ? "walk.title.paused" : "walk.title");
    $("walk-accuracy").textContent = this.accuracy === null ? "—" : words.length(this.accuracy);
    $("walk-count").textContent = words.number(now.points.length);
    $("walk-length").textContent = words.length(lengthOf(now.points, false));
    $("walk-pause").textContent = words.say(isResting ? "walk.go_on" : "walk.pause");
    enable("walk-undo", now.points.length > 0 && (now.track?.length ?? 0) > 0);
    enable("walk-finish", now.points.length >= 3);
  }

  /** A screen that goes dark ends the walk on most phones. */
  async #stayAwake() {
    try {
      this.wake = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      this.wake = null; // a low battery: the page says to keep the screen on by hand
    }
  }
}
