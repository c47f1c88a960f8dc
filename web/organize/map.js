// @ts-check
/** The map that all questions share: what is published beneath, and what each question lays on it. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { calm } from "../draw/page.js";
import { tiles } from "../draw/tiles.js";

/** @typedef {{ type: "FeatureCollection", features: any[] }} Collection GeoJSON in degrees */
/** @typedef {(feature: any, resolution: number) => any} Look a style or several, or nothing; resolution in metres for a pixel */

const PADDING = [40, 40, 40, 40];
const PAPER = [8, 8, 8, 8];
const COUNCILS_FROM_ZOOM = 9;
const CLOSEST = 16;

/** What one question lays on the map. */
export class Overlay {
  /** @param {Board} board @param {Look} look */
  constructor(board, look) {
    this.board = board;
    this.source = new ol.VectorSource();
    this.layer = new ol.VectorLayer({ source: this.source, style: look, declutter: true });
    board.map.addLayer(this.layer);
  }

  /** Lay other things. @param {Collection | any} told GeoJSON @param {{ fit?: boolean }} [options] */
  fill(told, { fit = true } = {}) {
    this.source.clear();
    if (told) this.source.addFeatures(new ol.GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(told));
    const extent = this.source.getExtent();
    if (!fit || !extent || ol.isEmpty(extent)) return;
    this.board.laid = extent;
    this.board.view.fit(extent, { padding: PADDING });
  }

  clear() {
    this.source.clear();
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.layer.setVisible(isShown);
  }

  /** Draw everything again. */
  refresh() {
    this.layer.changed();
  }

  /** Bring one of them into view. @param {string} id */
  goTo(id) {
    const shape = this.source.getFeatureById(id)?.getGeometry();
    if (shape) this.board.view.fit(shape.getExtent(), { padding: PADDING, maxZoom: CLOSEST, duration: calm() ? 0 : 250 });
  }
}

export class Board {
  /** @param {HTMLElement} element @param {{ bounds: number[], words: { zoomIn: string, zoomOut: string } }} options */
  constructor(element, { bounds, words }) {
    /** @type {(place: [number, number], under: (overlay: Overlay) => any) => void} */
    this.onTap = () => undefined;
    /** @type {number[] | null} where what was laid last lies */
    this.laid = null;
    const council = new ol.Style({ stroke: new ol.Stroke({ color: css("unit-line"), width: 1 }), fill: new ol.Fill({ color: css("tint-none") }) });
    this.map = new ol.Map({
      target: element,
      controls: [new ol.Zoom({ zoomInTipLabel: words.zoomIn, zoomOutTipLabel: words.zoomOut }), new ol.ScaleLine()],
      interactions: ol.interactions({ altShiftDragRotate: false, pinchRotate: false }),
      layers: [
        tiles("council", council, COUNCILS_FROM_ZOOM),
        tiles("commune", new ol.Style({ stroke: new ol.Stroke({ color: css("group-line"), width: 2 }) })),
      ],
      view: new ol.View({ maxZoom: 19, enableRotation: false }),
    });
    this.view.fit(ol.transformExtent(bounds, "EPSG:4326", "EPSG:3857"), { padding: PADDING });
    this.map.on("click", ({ pixel, coordinate }) => {
      const [lon, lat] = ol.toLonLat(coordinate);
      this.onTap([lon, lat], ({ layer }) => this.map.forEachFeatureAtPixel(pixel, (feature) => feature, { layerFilter: (each) => each === layer }));
    });
  }

  /** Fit what was laid last to the paper, or the map back to the screen. @param {boolean} isPaper */
  print(isPaper) {
    const seen = (isPaper && this.laid) || this.view.calculateExtent();
    document.body.classList.toggle("printing", isPaper);
    this.map.updateSize();
    this.view.fit(seen, { padding: isPaper ? PAPER : undefined });
    this.map.renderSync();
  }

  get view() {
    return this.map.getView();
  }

  /** West, south, east, north of what is seen, in degrees. */
  get bounds() {
    return ol.transformExtent(this.view.calculateExtent(), "EPSG:3857", "EPSG:4326");
  }
}
