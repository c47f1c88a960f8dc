// @ts-check
/** What is published, from tiles. */
import * as ol from "../vendor/ol/ol.js";

/** @param {string} level @param {any} style @param {number} [minZoom] */
export function tiles(level, style, minZoom) {
  const url = `/tiles/${level}/{z}/{x}/{y}.mvt`;
  const source = new ol.VectorTileSource({ format: new ol.MVT(), url, maxZoom: 15 });
  // Drawn anew at every zoom: enlarged pictures of lines are blurred, and far too thick to draw beside.
  return new ol.VectorTileLayer({ style, source, minZoom, renderMode: "vector" });
}
