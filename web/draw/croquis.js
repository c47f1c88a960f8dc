// @ts-check
/** A photographed sketch under the drawing, to draw along: placed by three places that are known on it and on the map. */
import * as ol from "../vendor/ol/ol.js";
import { table } from "../offline/database.js";
import { faultOf, through } from "./affine.js";
import { $, button, item, on, show, sure, tell } from "./page.js";
import { PhotoLayer, PhotoMap, asFile, readPhoto } from "./photo.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {{ pixel: [number, number], place: Place }} Match one place, on the photo and on the ground */
/** @typedef {{ id: string, photo: Blob, matches: (Match | null)[], opacity: number }} Kept */

const NONE = Object.freeze([null, null, null]);
const OPACITY = 0.7;
// So much of the photo is shown around the place that is looked for on the map.
const AROUND_PX = 300;
const HEIC = /hei[cf]/i;

export class Croquis {
  /** @param {import("./ways.js").Page} page */
  constructor(page) {
    this.page = page;
    this.words = page.words;
    /** @type {import("../offline/database.js").Table<Kept>} */
    this.table = table("croquis");
    this.ground = new PhotoLayer("multiply");
    page.map.layUnder(this.ground.layer);
    const zoom = { zoomIn: this.words.say("zoom_in"), zoomOut: this.words.say("zoom_out"), target: $("photo-zoom") };
    this.paper = new PhotoMap($("photo-map"), zoom, (pixel) => this.#point(pixel));
    this.slider = /** @type {HTMLInputElement} */ ($("opacity"));
    /** @type {string | null} whose sketch it is */
    this.id = null;
    /** @type {HTMLCanvasElement | null} */
    this.photo = null;
    /** @type {Blob | null} the same, to be kept */
    this.file = null;
    /** @type {(Match | null)[]} */
    this.matches = [...NONE];
    /** @type {[number, number] | null} the place on the photo that is looked for on the map */
    this.pixel = null;
    /** @type {import("./affine.js").Affine | null} */
    this.matrix = null;
    on("photo-here", () => this.#point(this.paper.centre));
    on("place-here", () => this.#place(page.map.middle));
    on("place-leave", () => this.#back());
    on("croquis-drop", () => this.#drop());
    $("photo-map").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === $("photo-map")) this.#point(this.paper.centre);
    });
    this.slider.addEventListener("input", () => this.#fade(Number(this.slider.value) / 100));
    this.slider.addEventListener("change", () => void this.#keep());
  }

  /** Lay the photo that is kept of the territory in hand, if there is one. */
  async open() {
    const id = this.page.desk.territory?.id ?? "";
    if (this.id === id) {
      // It was laid while its panel was closed, where it has no size.
      if (!this.paper.isSeen) this.paper.show(this.photo);
      return this.#show();
    }
    this.#clear();
    this.id = id;
    const kept = await this.table.get(id).catch(() => undefined);
    if (!kept) return this.#show();
    this.file = kept.photo;
    this.photo = await readPhoto(kept.photo);
    this.matches = kept.matches;
    this.#fade(kept.opacity);
    return this.#begin();
  }

  /** Take the photo that was chosen or made. */
  async take() {
    const input = /** @type {HTMLInputElement} */ ($("photo"));
    const chosen = input.files?.[0];
    if (!chosen) return;
    const content = chosen.slice(0, chosen.size, chosen.type);
    input.value = "";
    this.#say(this.words.say("croquis.reading"));
    await this.open();
    try {
      const photo = await readPhoto(content);
      this.#clear();
      this.id = this.page.desk.territory?.id ?? "";
      this.photo = photo;
      this.file = await asFile(photo);
    } catch {
      const isHeic = HEIC.test(chosen.type) || HEIC.test(chosen.name.slice(-5));
      this.#say(this.words.say(isHeic ? "croquis.heic" : "croquis.unreadable"));
      return;
    }
    this.#fade(OPACITY);
    this.#say("");
    this.#begin();
    $("photo-map").focus();
    await this.#keep();
  }

  /** Show a photo as far as it is placed. */
  #begin() {
    this.#lay();
    show("croquis", true);
    this.paper.show(this.photo);
    this.#show();
  }

  /** A place on the photo was chosen: where is it on the map? @param {[number, number]} pixel */
  #point(pixel) {
    const { photo, words, page: { map, look } } = this;
    if (!photo || this.next < 0) return;
    if (pixel[0] < 0 || pixel[1] < 0 || pixel[0] > photo.width || pixel[1] > photo.height) return this.#say(words.say("croquis.outside"));
    // Somebody walks just now.
    if (map.asked && !this.pixel) return tell(words.say("walk.tap"));
    this.pixel = pixel;
    this.#say("");
    map.asked = (place) => this.#place(place);
    document.body.classList.add("placing");
    show("crosshair", true);
    this.#drawCrop(photo, pixel);
    $("place-text").textContent = words.say("croquis.place", { number: this.next + 1 });
    show("place-card", true);
    this.#show();
    tell("");
    look();
    return $("place-card").focus({ preventScroll: true });
  }

  /** The same place on the map. @param {Place} place */
  #place(place) {
    const { pixel, words, next } = this;
    if (!pixel) return;
    this.matches = this.matches.map((match, k) => (k === next ? { pixel, place } : match));
    const fault = this.next < 0 ? faultOf(this.#pairs()) : null;
    if (fault === "line" || fault === "mirror") this.matches = this.matches.map((match, k) => (k === next ? null : match));
    this.#lay();
    this.#ask();
    void this.#keep();
    if (this.next < 0) {
      tell(words.say(fault === "stretched" ? "croquis.stretched" : "croquis.laid"));
      $("map").focus({ preventScroll: true });
      return;
    }
    this.#say(fault ? words.say(`croquis.${fault}`) : "");
    this.#toPaper();
  }

  /** It was another place of the photo. */
  #back() {
    this.#ask();
    this.#toPaper();
  }

  #toPaper() {
    $("croquis-box").scrollIntoView({ block: "nearest" });
    $("croquis").scrollIntoView({ block: "nearest" });
    $("photo-map").focus({ preventScroll: true });
  }

  /** Ask for nothing on the map any more. */
  #ask() {
    if (!this.pixel) return;
    this.pixel = null;
    this.page.map.asked = null;
    document.body.classList.remove("placing");
    show("place-card", false, "map");
    this.page.desk.refresh();
    this.#show();
  }

  /** Lay the photo where its places say; while one of them is mended it stays where it was. */
  #lay() {
    if (this.next < 0) this.matrix = through(this.#pairs());
    this.ground.show(this.photo, this.matrix);
    const isDone = this.next < 0;
    this.ground.mark(isDone ? [] : this.matches.flatMap((match, k) => (match ? [{ number: k + 1, at: ol.fromLonLat(match.place) }] : [])));
    this.paper.mark(this.matches.flatMap((match, k) => (match ? [{ number: k + 1, pixel: match.pixel }] : [])));
  }

  /** Which place is looked for now, or -1. */
  get next() {
    return this.matches.indexOf(null);
  }

  #pairs() {
    return this.matches.flatMap((match) => (match ? [/** @type {const} */ ([match.pixel, ol.fromLonLat(match.place)])] : []));
  }

  #show() {
    const { words, next } = this;
    show("croquis", this.photo !== null, "photo");
    const sentence = next < 0 ? words.say("croquis.done") : words.say("croquis.point", { number: next + 1 });
    $("croquis-step").textContent = sentence;
    show("photo-here", next >= 0, "photo-map");
    show("fading", this.matrix !== null, "photo-map");
    const rows = this.matches.flatMap((match, k) => {
      if (!match) return [];
      const mend = button(words.say("croquis.mend"), () => this.#mend(k));
      mend.setAttribute("aria-label", words.say("croquis.mend.what", { number: k + 1 }));
      return [item(words.say("croquis.match", { number: k + 1 }), mend)];
    });
    $("matches").replaceChildren(...rows);
  }

  /** @param {number} at which place to choose anew */
  #mend(at) {
    this.#ask();
    this.matches = this.matches.map((match, k) => (k === at ? null : match));
    this.#lay();
    this.#show();
    this.#toPaper();
  }

  async #drop() {
    const { words } = this;
    if (!(await sure(words.say("croquis.sure"), words.say("croquis.sure.text"), words.say("croquis.drop")))) return;
    await this.table.forget(this.id ?? "").catch(() => undefined);
    const { id } = this;
    this.#clear();
    this.id = id;
    this.#show();
    this.#say(words.say("croquis.dropped"));
    $("photo").focus();
  }

  /** Nothing in hand. */
  #clear() {
    this.#ask();
    this.id = this.photo = this.file = this.matrix = null;
    this.matches = [...NONE];
    this.ground.show(null, null);
    this.ground.mark([]);
    this.paper.show(null);
    this.paper.mark([]);
  }

  /** @param {number} opacity */
  #fade(opacity) {
    this.slider.value = String(Math.round(100 * opacity));
    this.ground.fade(opacity);
  }

  /** Keep it on this phone; a photo that does not fit is shown as long as the page is open. */
  async #keep() {
    const { file, id, matches } = this;
    if (!file || id === null) return;
    const row = { id, photo: file, matches, opacity: this.ground.opacity };
    await this.table.change(id, () => [row]).catch(() => this.#say(this.words.say("croquis.full")));
  }

  /** What to look for on the map. @param {HTMLCanvasElement} photo @param {[number, number]} pixel */
  #drawCrop(photo, [x, y]) {
    const crop = /** @type {HTMLCanvasElement} */ ($("place-crop"));
    const context = /** @type {CanvasRenderingContext2D} */ (crop.getContext("2d"));
    const scale = crop.width / AROUND_PX;
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, crop.width, crop.height);
    context.drawImage(photo, crop.width / 2 - x * scale, crop.height / 2 - y * scale, photo.width * scale, photo.height * scale);
    context.lineWidth = 3;
    context.strokeStyle = "#0b4f8a";
    context.beginPath();
    context.arc(crop.width / 2, crop.height / 2, 12, 0, 2 * Math.PI);
    context.stroke();
  }

  /** @param {string} sentence */
  #say(sentence) {
    $("croquis-told").textContent = sentence;
  }
}
