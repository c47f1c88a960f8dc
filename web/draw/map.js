// @ts-check
/** The map of the drawing page: neighbours, the drawing, and what a finding points at. */
import * as ol from "../vendor/ol/ol.js";
import { gridPlace } from "./shape.js";
import { Neighbours } from "./snap.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./history.js").Drawing} Drawing */

const EXACT_FROM_ZOOM = 12;
const MOST_NEIGHBOURS = 400;
const SNAP_PX = 16;
const TOUCH_PX = 22;

const css = (/** @type {string} */ name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {string} stroke @param {number} width @param {string} [fill] @param {number[]} [dash] */
function style(stroke, width, fill, dash) {
  return new ol.Style({
    stroke: new ol.Stroke({ color: stroke, width, lineDash: dash }),
    fill: fill ? new ol.Fill({ color: fill }) : undefined,
  });
}

export class DrawMap {
  /**
   * @param {HTMLElement} element
   * @param {object} options
   * @param {[number, number, number, number]} options.bounds west, south, east, north
   * @param {{ zoomIn: string, zoomOut: string }} options.words
   * @param {(place: Place, nearest: "vertex" | "edge" | "free") => void} options.onTap a point is wanted here
   * @param {(points: Place[]) => void} options.onReshaped points were dragged, or set on the line
   * @param {(at: number) => void} options.onTapVertex a point of the drawing was tapped
   * @param {(state: "far" | "ready" | "many" | "failed") => void} options.onNeighbours
   */
  constructor(element, options) {
    this.options = options;
    this.neighbours = new Neighbours();
    this.asked = new AbortController();
    this.around = new ol.VectorSource();
    this.drawn = new ol.VectorSource();
    this.marked = new ol.VectorSource();
    this.line = new ol.Feature();
    this.vertices = new ol.Feature();
    this.drawn.addFeatures([this.line, this.vertices]);

    const context = (/** @type {string} */ level, /** @type {object} */ range, /** @type {any} */ look) =>
      new ol.VectorTileLayer({
        source: new ol.VectorTileSource({ format: new ol.MVT(), url: `/tiles/${level}/{z}/{x}/{y}.mvt`, maxZoom: 15 }),
        style: look,
        ...range,
      });
    this.map = new ol.Map({
      target: element,
      controls: [
        new ol.Zoom({ zoomInTipLabel: options.words.zoomIn, zoomOutTipLabel: options.words.zoomOut }),
        new ol.ScaleLine(),
      ],
      interactions: ol.interactions({ doubleClickZoom: false, altShiftDragRotate: false, pinchRotate: false }),
      layers: [
        context("council", { minZoom: 9, maxZoom: EXACT_FROM_ZOOM }, style(css("--unit-line"), 1, css("--tint-none"))),
        new ol.VectorLayer({ source: this.around, minZoom: EXACT_FROM_ZOOM, style: style(css("--unit-line"), 2, css("--tint-none")) }),
        context("commune", {}, style(css("--group-line"), 2)),
        new ol.VectorLayer({ source: this.marked, style: this.#markStyle() }),
        new ol.VectorLayer({ source: this.drawn, style: this.#drawnStyle() }),
      ],
      view: new ol.View({ maxZoom: 20, enableRotation: false, constrainResolution: false }),
    });
    this.map.getView().fit(ol.transformExtent(options.bounds, "EPSG:4326", "EPSG:3857"), { padding: [24, 24, 24, 24] });

    const modify = new ol.Modify({
      source: this.drawn,
      features: undefined,
      pixelTolerance: TOUCH_PX,
      deleteCondition: () => false,
      insertVertexCondition: () => this.line.getGeometry()?.getType() === "Polygon",
      style: this.#grabbedStyle(),
    });
    modify.on("modifyend", () => this.#reshaped());
    this.map.addInteraction(modify);
    this.map.on("singleclick", (/** @type {any} */ event) => this.#tapped(event));
    this.map.on("moveend", () => this.#loadNeighbours());
  }

  get zoom() {
    return this.map.getView().getZoom() ?? 0;
  }

  /** Metres on the ground that some pixels are. @param {number} px */
  #reach(px) {
    const view = this.map.getView();
    const [, lat] = ol.toLonLat(view.getCenter());
    return px * view.getResolution() * Math.cos((lat * Math.PI) / 180);
  }

  /** Where a point in the middle of the map would go. */
  atCrosshair() {
    return this.neighbours.snap(ol.toLonLat(this.map.getView().getCenter()), this.#reach(SNAP_PX));
  }

  /** @param {any} event */
  #tapped(event) {
    const at = this.#vertexAt(event.pixel);
    if (at >= 0) this.options.onTapVertex(at);
    else {
      const { place, kind } = this.neighbours.snap(ol.toLonLat(event.coordinate), this.#reach(SNAP_PX));
      this.options.onTap(place, kind);
    }
  }

  /** @param {number[]} pixel */
  #vertexAt(pixel) {
    const away = (this.places ?? []).map((place) => {
      const [x, y] = this.map.getPixelFromCoordinate(ol.fromLonLat(place));
      return Math.hypot(x - pixel[0], y - pixel[1]);
    });
    const nearest = away.indexOf(Math.min(...away));
    return nearest >= 0 && away[nearest] <= TOUCH_PX ? nearest : -1;
  }

  #reshaped() {
    const geometry = this.line.getGeometry();
    const ring = geometry.getType() === "Polygon" ? geometry.getCoordinates()[0].slice(0, -1) : geometry.getCoordinates();
    const before = new Set((this.places ?? []).map(String));
    const points = ring.map((/** @type {number[]} */ coordinate) => {
      const place = gridPlace(ol.toLonLat(coordinate));
      // Points that did not move keep their numbers to the last digit.
      return before.has(String(place)) ? place : this.neighbours.snap(place, this.#reach(SNAP_PX)).place;
    });
    this.options.onReshaped(points);
  }

  /** @param {Drawing} drawing @param {number} chosen position of the chosen point, or -1 */
  show({ points, closed }, chosen) {
    this.places = points;
    const flat = points.map((point) => ol.fromLonLat(point));
    if (flat.length < 2) this.line.setGeometry(undefined);
    else this.line.setGeometry(closed ? new ol.Polygon([[...flat, flat[0]]]) : new ol.LineString(flat));
    this.vertices.setGeometry(flat.length ? new ol.MultiPoint(flat) : undefined);
    this.vertices.set("chosen", flat[chosen] ?? null);
  }

  /** @param {any} geometry GeoJSON in degrees, or null @param {[number, number] | null} place */
  mark(geometry, place) {
    this.marked.clear();
    const read = new ol.GeoJSON({ featureProjection: "EPSG:3857" });
    if (geometry?.coordinates?.length || geometry?.geometries?.length) {
      this.marked.addFeature(new ol.Feature(read.readGeometry(geometry)));
    }
    if (place) this.marked.addFeature(new ol.Feature(new ol.Point(ol.fromLonLat(place))));
    if (this.marked.getFeatures().length) this.#look(this.marked.getExtent(), 18);
  }

  /** @param {readonly Place[]} points */
  lookAt(points) {
    if (points.length) this.#look(new ol.MultiPoint(points.map((point) => ol.fromLonLat(point))).getExtent(), 17);
  }

  /** @param {number[]} extent @param {number} maxZoom */
  #look(extent, maxZoom) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.getView().fit(extent, { padding: [48, 48, 48, 48], maxZoom, duration: isCalm ? 0 : 250 });
  }

  async #loadNeighbours() {
    this.asked.abort();
    if (this.zoom < EXACT_FROM_ZOOM) return this.options.onNeighbours("far");
    const asked = new AbortController();
    this.asked = asked;
    const box = ol.transformExtent(this.map.getView().calculateExtent(), "EPSG:3857", "EPSG:4326");
    const query = new URLSearchParams({
      bbox: box.map((/** @type {number} */ side) => side.toFixed(6)).join(","),
      level: "council",
      limit: String(MOST_NEIGHBOURS),
    });
    try {
      const response = await fetch(`/api/territories?${query}`, { signal: asked.signal });
      if (!response.ok) throw new Error(String(response.status));
      const layer = await response.json();
      if (asked.signal.aborted) return undefined;
      this.neighbours = new Neighbours(layer.features.map((/** @type {any} */ feature) => feature.geometry));
      this.around.clear();
      this.around.addFeatures(new ol.GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(layer));
      return this.options.onNeighbours(layer.features.length >= MOST_NEIGHBOURS ? "many" : "ready");
    } catch {
      return asked.signal.aborted ? undefined : this.options.onNeighbours("failed");
    }
  }

  #drawnStyle() {
    const line = [style("#ffffff", 7), style(css("--clay"), 4, "rgb(125 42 12 / 15%)")];
    const dot = (/** @type {number} */ radius, /** @type {string} */ fill, /** @type {any} */ geometry) =>
      new ol.Style({
        image: new ol.CircleStyle({
          radius,
          fill: new ol.Fill({ color: fill }),
          stroke: new ol.Stroke({ color: css("--clay-deep"), width: 3 }),
        }),
        geometry,
      });
    return (/** @type {any} */ feature) => {
      if (feature === this.line) return line;
      const chosen = feature.get("chosen");
      const dots = [dot(6, "#ffffff", feature.getGeometry())];
      if (chosen) dots.push(dot(9, css("--focus"), new ol.Point(chosen)));
      return dots;
    };
  }

  #grabbedStyle() {
    return new ol.Style({
      image: new ol.CircleStyle({ radius: 10, stroke: new ol.Stroke({ color: css("--focus"), width: 4 }) }),
    });
  }

  #markStyle() {
    const ring = new ol.CircleStyle({ radius: 14, stroke: new ol.Stroke({ color: css("--focus"), width: 4 }) });
    return new ol.Style({
      stroke: new ol.Stroke({ color: css("--focus"), width: 5, lineDash: [10, 6] }),
      fill: new ol.Fill({ color: "rgb(11 79 138 / 25%)" }),
      image: ring,
    });
  }
}
