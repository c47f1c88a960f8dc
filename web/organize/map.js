// @ts-check
/** Where the gaps are: drawn with their letter, so that colour tells nothing alone. */
import * as ol from "../vendor/ol/ol.js";
import { nameOf } from "./plans.js";

/** @typedef {import("./gaps.js").Gap} Gap */

const PADDING = [40, 40, 40, 40];

/** @param {string} name */
function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export class GapMap {
  /** @param {HTMLElement} element @param {{ bounds: number[], words: { zoomIn: string, zoomOut: string }, onChosen: (id: string) => void }} options */
  constructor(element, { bounds, words, onChosen }) {
    this.gaps = new ol.VectorSource();
    this.area = new ol.VectorSource();
    this.plan = new ol.VectorSource();
    /** @type {string | null} */
    this.chosen = null;
    const layer = new ol.VectorLayer({ source: this.gaps, style: this.#look(), declutter: true });
    this.layer = layer;
    this.map = new ol.Map({
      target: element,
      controls: [new ol.Zoom({ zoomInTipLabel: words.zoomIn, zoomOutTipLabel: words.zoomOut }), new ol.ScaleLine()],
      interactions: ol.interactions({ altShiftDragRotate: false, pinchRotate: false }),
      layers: [
        tiles("council", new ol.Style({ stroke: new ol.Stroke({ color: css("unit-line"), width: 1 }), fill: new ol.Fill({ color: css("tint-none") }) }), 9),
        tiles("commune", new ol.Style({ stroke: new ol.Stroke({ color: css("group-line"), width: 2 }) })),
        new ol.VectorLayer({ source: this.area, style: new ol.Style({ stroke: new ol.Stroke({ color: css("jurisdiction"), width: 3, lineDash: [10, 6] }) }) }),
        layer,
        new ol.VectorLayer({ source: this.plan, style: groupLook, declutter: true }),
      ],
      view: new ol.View({ maxZoom: 19, enableRotation: false }),
    });
    this.view.fit(ol.transformExtent(bounds, "EPSG:4326", "EPSG:3857"), { padding: PADDING });
    this.map.on("click", (event) => {
      const found = this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature, { layerFilter: (each) => each === layer });
      if (found) onChosen(String(found.getId()));
    });
  }

  get view() {
    return this.map.getView();
  }

  /** West, south, east, north of what is seen, in degrees. */
  get bounds() {
    return ol.transformExtent(this.view.calculateExtent(), "EPSG:3857", "EPSG:4326");
  }

  /** @param {readonly Gap[]} gaps @param {any} area GeoJSON */
  fill(gaps, area) {
    this.show(gaps);
    this.area.clear();
    if (area) this.area.addFeatures(read(area));
    const extent = this.area.getExtent();
    if (extent && !ol.isEmpty(extent)) this.view.fit(extent, { padding: PADDING });
  }

  /** Only some of them. @param {readonly Gap[]} gaps */
  show(gaps) {
    this.gaps.clear();
    this.gaps.addFeatures(read({ type: "FeatureCollection", features: gaps.filter(({ geometry }) => geometry) }));
  }

  /** The groups of a plan, or none any more. @param {import("./plans.js").Plan | null} plan */
  showPlan(plan) {
    this.plan.clear();
    if (!plan) return;
    this.plan.addFeatures(read(plan.groups));
    const extent = this.plan.getExtent();
    if (extent && !ol.isEmpty(extent)) this.view.fit(extent, { padding: PADDING });
  }

  /** @param {string | null} id */
  choose(id) {
    this.chosen = id;
    this.layer.setStyle(this.#look());
    const feature = id && this.gaps.getFeatureById(id);
    if (feature) this.view.fit(feature.getGeometry().getExtent(), { padding: PADDING, maxZoom: 16, duration: calm() ? 0 : 250 });
  }

  #look() {
    const ink = new ol.Fill({ color: css("ink") });
    /** @param {any} feature */
    return (feature) => {
      const isChosen = feature.getId() === this.chosen;
      const kind = feature.get("kind");
      return new ol.Style({
        stroke: new ol.Stroke({ color: css(isChosen ? "chosen" : "clay"), width: isChosen ? 5 : 2.5, lineDash: isChosen ? undefined : [8, 4] }),
        fill: new ol.Fill({ color: isChosen ? "rgb(11 79 138 / 25%)" : "rgb(125 42 12 / 18%)" }),
        text: new ol.Text({ text: kind, font: "700 16px sans-serif", fill: ink, stroke: new ol.Stroke({ color: "#ffffff", width: 4 }) }),
        zIndex: isChosen ? 1 : 0,
      });
    };
  }
}

/** Groups of a plan: a thick line and the letter that the list names them by. @param {any} feature */
function groupLook(feature) {
  return new ol.Style({
    stroke: new ol.Stroke({ color: css("leaf"), width: 5 }),
    fill: new ol.Fill({ color: "rgb(30 74 42 / 18%)" }),
    text: new ol.Text({
      text: nameOf(Number(feature.getId())),
      font: "700 22px sans-serif",
      fill: new ol.Fill({ color: css("leaf") }),
      stroke: new ol.Stroke({ color: "#ffffff", width: 5 }),
    }),
  });
}

/** @param {any} told GeoJSON in degrees */
function read(told) {
  return new ol.GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(told);
}

/** @param {string} level @param {any} style @param {number} [minZoom] */
function tiles(level, style, minZoom) {
  const source = new ol.VectorTileSource({ format: new ol.MVT(), url: `/tiles/${level}/{z}/{x}/{y}.mvt`, maxZoom: 15 });
  return new ol.VectorTileLayer({ style, source, minZoom, renderMode: "vector" });
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
