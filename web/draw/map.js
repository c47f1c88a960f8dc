// @ts-check
/** The map that is drawn on. It shows a drawing and tells what fingers, mouse and keys do to it; it changes nothing. */
import * as ol from "../vendor/ol/ol.js";
import { Around, BEGUN_FROM_ZOOM, EXACT_FROM_ZOOM } from "./around.js";
import * as looks from "./looks.js";
import { NOTHING, insert, move, ringsOf } from "./history.js";
import { calm } from "./page.js";
import { boundaryOf, gridPlace } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./snap.js").Spot} Spot */
/** @typedef {import("./around.js").Bounds} Bounds */
/** @typedef {import("../vendor/ol/ol.js").Feature} Feature */
/** @typedef {{ coordinate: number[], pixel: number[], originalEvent: any }} Pointed */

/**
 * @typedef {object} Options
 * @property {Bounds} bounds what is seen first
 * @property {{ zoomIn: string, zoomOut: string }} words
 * @property {(spot: Spot) => void} onTap a point is wanted here
 * @property {(at: number) => void} onTapPoint
 * @property {(at: number, spot: Spot) => void} onMoved a point was pulled to another place
 * @property {(at: number, spot: Spot) => void} onInserted a point was pulled out of the line, before the one at this position
 * @property {(state: import("./around.js").State) => void} onNeighbours
 * @property {import("./around.js").Ask} [linesAround] where exact lines come from
 * @property {() => void} onZoomed the map came close enough to draw on, or went too far
 * @property {(place: Place) => import("./pen.js").Line} lineTo what would be laid from the last point to here
 */

const SNAP_PX = 16;
const FINGER_PX = 22;
const MOUSE_PX = 10;
// Points and the dots between them are shown, and can be pulled, where they do not touch.
const APART_PX = 16;
const MIDDLE_PX = 56;
const MOST_MIDDLES = 2_000;
const FEW = 8;
// What is looked at lies clear of the buttons on the map, above and to the left.
const CLEAR = [62, 24, 24, 62];
const WORK_ZOOM = 15;
const CLOSE_ZOOM = 17;
const WALK_ZOOM = 14;

export class DrawMap {
  /** @param {HTMLElement} element @param {Options} options */
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.drawing = NOTHING;
    this.chosen = -1;
    /** @type {{ at: number, isNew: boolean, spot: Spot | null } | null} what a finger or the mouse holds */
    this.held = null;
    /** @type {((place: Place) => void) | null} who takes what is tapped instead, while somebody walks or looks for a place */
    this.asked = null;
    /** @type {number[] | null} where the mouse is */
    this.hover = null;
    /** @type {number[][]} the points as the map counts */
    this.places = [];
    /** @type {number[]} positions before which a point can be pulled out of the line */
    this.middleAt = [];
    this.hasHandles = false;

    this.ground = feature(looks.ground());
    this.line = feature(looks.outline());
    this.middles = feature(looks.middles());
    this.points = feature(looks.points());
    this.first = feature(looks.firstPoint());
    this.chosenPoint = feature(looks.chosenPoint());
    this.rubber = feature(looks.aim());
    this.landing = feature(looks.aim());
    const drawn = [this.ground, this.line, this.middles, this.points, this.first, this.chosenPoint, this.rubber, this.landing];
    this.marked = new ol.VectorSource();
    this.theirs = new ol.VectorSource();
    this.preview = new ol.VectorSource();
    this.following = new ol.VectorSource();
    this.here = new ol.VectorSource();

    this.around = new Around(options.onNeighbours, options.linesAround);
    const { zoomIn, zoomOut } = options.words;
    this.map = new ol.Map({
      target: element,
      controls: [new ol.Zoom({ zoomInTipLabel: zoomIn, zoomOutTipLabel: zoomOut }), new ol.ScaleLine()],
      interactions: ol
        .interactions({ doubleClickZoom: false, altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false })
        .extend([
          // Small steps, to set a point with care.
          new ol.KeyboardPan({ pixelDelta: 8, condition: (event) => event.originalEvent.shiftKey }),
          new ol.PointerInteraction({
            handleDownEvent: (event) => this.#hold(event),
            handleDragEvent: (event) => this.#pull(event),
            handleUpEvent: () => this.#letGo(),
          }),
        ]),
      layers: [
        ...this.around.layers,
        new ol.VectorLayer({ source: this.here, style: looks.position() }),
        new ol.VectorLayer({ source: this.theirs, style: looks.theirs() }),
        new ol.VectorLayer({ source: new ol.VectorSource({ features: drawn }), updateWhileInteracting: true }),
        new ol.VectorLayer({ source: this.following, style: looks.preview() }),
        new ol.VectorLayer({ source: this.preview, style: looks.preview() }),
        new ol.VectorLayer({ source: this.marked, style: looks.mark() }),
      ],
      view: new ol.View({ maxZoom: 20, enableRotation: false }),
      // A finger trembles.
      moveTolerance: 4,
    });
    this.view.fit(ol.transformExtent(options.bounds, "EPSG:4326", "EPSG:3857"), { padding: [16, 16, 16, 16] });
    this.map.on("click", (event) => this.#tapped(event));
    this.map.on("pointermove", (event) => this.#hovered(event));
    element.addEventListener("pointerleave", () => this.#leave());
    this.map.on("moveend", () => this.loadNeighbours());
    this.view.on("change:center", () => this.#aim());
    let wasFar = this.isFar;
    this.view.on("change:resolution", () => {
      this.#showHandles();
      this.#aim();
      if (wasFar !== this.isFar) options.onZoomed();
      wasFar = this.isFar;
    });
  }

  get view() {
    return this.map.getView();
  }

  get zoom() {
    return this.view.getZoom() ?? 0;
  }

  get isFar() {
    return this.zoom < (ringsOf(this.drawing).length ? BEGUN_FROM_ZOOM : EXACT_FROM_ZOOM);
  }

  get centre() {
    return this.view.getCenter() ?? [0, 0];
  }

  get resolution() {
    return this.view.getResolution() ?? 1;
  }

  /** What is seen, in degrees. */
  get bounds() {
    return /** @type {Bounds} */ (ol.transformExtent(this.view.calculateExtent(), "EPSG:3857", "EPSG:4326"));
  }

  loadNeighbours() {
    return this.around.follow(this.bounds, this.isFar);
  }

  /** Lay something between what is around and what is drawn. @param {import("../vendor/ol/ol.js").VectorLayer} layer */
  layUnder(layer) {
    this.map.getLayers().insertAt(this.around.layers.length, layer);
  }

  /** Show what a remedy would make of the lines, or nothing any more. @param {readonly any[]} geometries GeoJSON @param {any} ground that it is about */
  showPreview(geometries, ground) {
    put(this.preview, geometries);
    if (ground) this.mark(ground, null);
    else this.unmark();
  }

  /** Show how a neighbour's line would follow the one that is drawn. @param {readonly any[]} geometries GeoJSON */
  showFollowing(geometries) {
    put(this.following, geometries);
  }

  /** Show the line that somebody else kept, or nothing any more. @param {any} geometry GeoJSON, or null */
  showTheirs(geometry) {
    put(this.theirs, geometry ? [geometry] : []);
  }

  /** What lies under the cross, stuck to nothing. */
  get middle() {
    return gridPlace(ol.toLonLat(this.centre));
  }

  /** Where a point in the middle of the map would land. */
  atCrosshair() {
    return this.#spotAt(this.centre);
  }

  /** Come close enough to draw. @param {readonly number[]} place */
  comeTo(place) {
    this.view.animate({ center: ol.fromLonLat([...place]), zoom: WORK_ZOOM, duration: calm() ? 0 : 400 });
  }

  /** @param {Drawing} drawing @param {number} chosen position of the chosen point, or -1 */
  show(drawing, chosen) {
    this.drawing = drawing;
    this.chosen = chosen;
    this.#showShape(drawing);
    const chosenPlace = drawing.points[chosen];
    this.chosenPoint.setGeometry(chosenPlace && new ol.Point(ol.fromLonLat(chosenPlace)));
    const canClose = !drawing.closed && drawing.points.length >= 3;
    this.first.setGeometry(canClose ? new ol.Point(ol.fromLonLat(drawing.points[0])) : undefined);
    this.#aim();
  }

  /** @param {any} geometry GeoJSON in degrees, or null @param {[number, number] | null} place */
  mark(geometry, place) {
    put(this.marked, geometry ? [geometry] : []);
    if (place) this.marked.addFeature(new ol.Feature(new ol.Point(ol.fromLonLat(place))));
    const extent = this.marked.getExtent();
    if (extent && !ol.isEmpty(extent)) this.#look(extent, 18);
  }

  unmark() {
    this.marked.clear();
  }

  /** One point is brought under the cross, more of them into view. @param {readonly Place[]} points */
  lookAt(points) {
    if (points.length === 1) this.view.animate({ center: flat(points)[0], zoom: CLOSE_ZOOM, duration: calm() ? 0 : 250 });
    else if (points.length) this.#look(new ol.MultiPoint(flat(points)).getExtent(), CLOSE_ZOOM);
  }

  /** @param {Place} place @param {number} accuracy in metres */
  showPosition(place, accuracy) {
    const circle = this.#putPosition(place, accuracy);
    this.#look(circle.getExtent(), CLOSE_ZOOM);
  }

  /** Go along with somebody who walks: the map moves under them, and comes no nearer by itself once it is near.
   * @param {Place} place @param {number} accuracy in metres
   */
  goWith(place, accuracy) {
    this.#putPosition(place, accuracy);
    this.view.cancelAnimations();
    this.view.setCenter(ol.fromLonLat(place));
    if (this.zoom < WALK_ZOOM) this.view.setZoom(CLOSE_ZOOM);
  }

  /** @param {Place} place @param {number} accuracy in metres */
  #putPosition(place, accuracy) {
    const at = ol.fromLonLat(place);
    const circle = new ol.Circle(at, accuracy / Math.cos((place[1] * Math.PI) / 180));
    this.here.clear();
    this.here.addFeatures([new ol.Feature(circle), new ol.Feature(new ol.Point(at))]);
    return circle;
  }

  /** @param {number[]} extent @param {number} maxZoom */
  #look(extent, maxZoom) {
    this.view.fit(extent, { padding: CLEAR, maxZoom, duration: calm() ? 0 : 250 });
  }

  /** Metres on the ground that some pixels are. @param {number} px */
  #reach(px) {
    return px * this.resolution * Math.cos((ol.toLonLat(this.centre)[1] * Math.PI) / 180);
  }

  /** @param {number[]} coordinate */
  #spotAt(coordinate) {
    return this.around.snap(ol.toLonLat(coordinate), this.#reach(SNAP_PX));
  }

  /** @param {Pointed} event */
  #tapped(event) {
    if (this.asked) return afterTap(this.element, () => this.asked?.(gridPlace(ol.toLonLat(event.coordinate))));
    const handle = this.#handleAt(event);
    if (handle?.isNew) this.options.onInserted(handle.at, this.#spotAt(this.#middle(handle.at)));
    else if (handle) this.options.onTapPoint(handle.at);
    else if (this.isFar && !this.drawing.closed) this.comeTo(ol.toLonLat(event.coordinate));
    else this.options.onTap(this.#spotAt(event.coordinate));
  }

  /** @param {Pointed} event */
  #hold(event) {
    const handle = this.asked ? null : this.#handleAt(event);
    this.held = handle && { ...handle, spot: null };
    return handle !== null;
  }

  /** @param {Pointed} event */
  #pull(event) {
    if (!this.held) return;
    const { at, isNew } = this.held;
    const spot = this.#spotAt(event.coordinate);
    this.held.spot = spot;
    this.#showShape((isNew ? insert : move)(this.drawing, at, spot.place));
    this.chosenPoint.setGeometry(new ol.Point(ol.fromLonLat(spot.place)));
    this.#showLanding(spot);
  }

  #letGo() {
    const held = this.held;
    this.held = null;
    if (held?.spot) (held.isNew ? this.options.onInserted : this.options.onMoved)(held.at, held.spot);
    return false;
  }

  /** @param {Pointed & { dragging: boolean }} event */
  #hovered(event) {
    if (event.dragging || event.originalEvent.pointerType === "touch") return;
    this.hover = event.coordinate;
    this.element.classList.toggle("can-pull", this.#handleAt(event) !== null);
    this.#aim();
  }

  #leave() {
    this.hover = null;
    this.#aim();
  }

  /** Show where the next point would land: at the mouse, or under the cross. */
  #aim() {
    if (this.held) return;
    const { points, closed } = this.drawing;
    const isAiming = !this.isFar && !this.asked && (closed ? this.chosen >= 0 : true);
    const spot = isAiming ? this.#spotAt((!closed && this.hover) || this.centre) : null;
    this.#showLanding(spot);
    const last = points[points.length - 1];
    const laid = spot && !closed && last ? flat([last, ...this.options.lineTo(spot.place).points]) : null;
    this.rubber.setGeometry(laid ? new ol.LineString(laid) : undefined);
  }

  /** @param {Spot | null} spot */
  #showLanding(spot) {
    if (spot && this.landing.get("kind") !== spot.kind) this.landing.set("kind", spot.kind, true);
    this.landing.setGeometry(spot && spot.kind !== "free" ? new ol.Point(ol.fromLonLat(spot.place)) : undefined);
  }

  /** @param {Drawing} drawing */
  #showShape(drawing) {
    const { points, closed } = drawing;
    const line = flat(points);
    const isLine = line.length > 1;
    this.line.setGeometry(isLine ? new ol.LineString(closed ? [...line, line[0]] : line) : undefined);
    this.ground.setGeometry(groundOf(drawing));
    this.places = line;
    this.#showHandles();
  }

  /** Points, and the dots between them, where there is room for them. */
  #showHandles() {
    const { places } = this;
    // A few points are always shown; a line that was followed has hundreds, and a finger would hit them unasked.
    const room = places.length > FEW ? this.#lineLength() / this.resolution / places.length : Infinity;
    this.hasHandles = room >= APART_PX;
    this.points.setGeometry(places.length && this.hasHandles ? new ol.MultiPoint(places) : undefined);
    this.middleAt = this.#edgesWithRoom(places);
    this.middles.setGeometry(this.middleAt.length ? new ol.MultiPoint(this.middleAt.map((at) => this.#middle(at))) : undefined);
  }

  #lineLength() {
    const { places } = this;
    return places.reduce((sum, place, k) => sum + away(place, places[(k + 1) % places.length]), 0);
  }

  /** Positions of the points before which another one can be pulled out. @param {number[][]} places */
  #edgesWithRoom(places) {
    if (!this.hasHandles || places.length < 2 || places.length > MOST_MIDDLES) return [];
    const found = [];
    for (let at = 1; at < places.length + (this.drawing.closed ? 1 : 0); at++) {
      if (away(places[at - 1], places[at % places.length]) / this.resolution >= MIDDLE_PX) found.push(at);
    }
    return found;
  }

  /** @param {number} at */
  #middle(at) {
    const { places } = this;
    const [a, b] = [places[at - 1], places[at % places.length]];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  }

  /** @param {Pointed} event @returns {{ at: number, isNew: boolean } | null} */
  #handleAt({ coordinate, originalEvent }) {
    const reach = (originalEvent.pointerType === "touch" ? FINGER_PX : MOUSE_PX) * this.resolution;
    if (!this.drawing.closed && this.places.length && away(this.places[0], coordinate) <= reach) return { at: 0, isNew: false };
    if (!this.hasHandles) return null;
    const point = nearest(this.places, coordinate, reach);
    if (point >= 0) return { at: point, isNew: false };
    const middle = nearest(this.middleAt.map((at) => this.#middle(at)), coordinate, reach);
    return middle >= 0 ? { at: this.middleAt[middle], isNew: true } : null;
  }
}

/** @param {import("../vendor/ol/ol.js").Style | import("../vendor/ol/ol.js").Style[] | ((feature: any) => any)} style @returns {Feature} */
function feature(style) {
  const made = new ol.Feature();
  made.setStyle(style);
  return made;
}

/** @param {import("../vendor/ol/ol.js").VectorSource} source @param {readonly any[]} geometries GeoJSON in degrees */
function put(source, geometries) {
  const reader = new ol.GeoJSON({ featureProjection: "EPSG:3857" });
  source.clear();
  source.addFeatures(geometries.flatMap((geometry) => reader.readFeatures(geometry)));
}

/** All closed rings, on the map; nothing while there is no closed outline. @param {Drawing} drawing */
function groundOf(drawing) {
  const closed = ringsOf(drawing).filter((ring) => ring.closed);
  if (closed.every(({ isHole }) => isHole)) return undefined;
  const { type, coordinates } = boundaryOf({ ...NOTHING, rest: closed });
  return new ol.MultiPolygon((type === "Polygon" ? [coordinates] : coordinates).map((rings) => rings.map(flat)));
}

/** @param {readonly (readonly number[])[]} points */
function flat(points) {
  return points.map((point) => ol.fromLonLat([...point]));
}

/** @param {number[]} a @param {number[]} b */
function away(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** @param {number[][]} places @param {number[]} coordinate @param {number} reach @returns {number} position, or -1 */
function nearest(places, coordinate, reach) {
  let best = -1;
  let least = reach;
  places.forEach((place, k) => {
    const gap = away(place, coordinate);
    if (gap <= least) [best, least] = [k, gap];
  });
  return best;
}

/** Act once the browser is done with a tap: what comes into the place of the finger before is tapped as well.
 * @param {HTMLElement} element @param {() => void} act
 */
export function afterTap(element, act) {
  element.addEventListener("click", act, { once: true });
}
