// @ts-check
/** The territories around the drawing: exact ones, to draw along, where they are few; tiles from afar. */
import * as ol from "../vendor/ol/ol.js";
import * as looks from "./looks.js";
import { Neighbours } from "./snap.js";

/** @typedef {"far" | "many" | "ready" | "failed"} State */
/** @typedef {[number, number, number, number]} Bounds west, south, east, north */

/** From here on single points can be told apart on a phone. */
export const EXACT_FROM_ZOOM = 12;
// Farther away the councils of a country are one blot, of more than a megabyte; groups still tell where one is.
const UNITS_FROM_ZOOM = 9;
// A few hundred KB at most, and what a cheap phone still pans smoothly.
const MOST = 400;
// Loaded beyond the edges of the view, as shares of it, so that a short move asks for nothing.
const MARGIN = 0.25;

export class Around {
  /** @param {(state: State) => void} onState */
  constructor(onState) {
    this.onState = onState;
    this.neighbours = new Neighbours();
    this.asked = new AbortController();
    /** @type {Bounds | null} */
    this.loaded = null;
    this.exact = new ol.VectorSource();
    this.exactLayer = new ol.VectorLayer({ source: this.exact, style: looks.nearUnits(), declutter: true, visible: false });
    this.farLayer = tiles("council", looks.farUnits(), UNITS_FROM_ZOOM);
    this.layers = [this.farLayer, this.exactLayer, tiles("commune", looks.groups())];
  }

  /** Follow the map to what it shows now. @param {Bounds} view @param {number} zoom */
  async follow(view, zoom) {
    if (zoom < EXACT_FROM_ZOOM) return this.#clear("far");
    if (this.loaded && isInside(view, this.loaded)) return undefined;
    this.asked.abort();
    const asked = new AbortController();
    this.asked = asked;
    const wanted = widened(view);
    try {
      const layer = await fetched(wanted, asked.signal);
      if (asked.signal.aborted) return undefined;
      return layer ? this.#show(layer, wanted) : this.#clear("many");
    } catch {
      return asked.signal.aborted ? undefined : this.#clear("failed");
    }
  }

  /** @param {{ features: any[] }} layer @param {Bounds} bounds */
  #show(layer, bounds) {
    this.loaded = bounds;
    this.neighbours = new Neighbours(
      layer.features.map(({ geometry, properties, id }) => ({ geometry, name: properties.name ?? id })),
    );
    this.exact.clear(true);
    this.exact.addFeatures(new ol.GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures(layer));
    this.#tell("ready");
  }

  /** Some neighbours without the others would be a trap: show all, or none to draw along. @param {State} state */
  #clear(state) {
    this.asked.abort();
    this.loaded = null;
    this.neighbours = new Neighbours();
    this.exact.clear(true);
    this.#tell(state);
  }

  /** @param {State} state */
  #tell(state) {
    this.exactLayer.setVisible(state === "ready");
    this.farLayer.setVisible(state !== "ready");
    this.onState(state);
  }
}

/** All territories there; null if they are too many. @param {Bounds} bounds @param {AbortSignal} signal */
async function fetched(bounds, signal) {
  const bbox = bounds.map((side) => side.toFixed(6)).join(",");
  const query = new URLSearchParams({ bbox, level: "council", limit: String(MOST) });
  const response = await fetch(`/api/territories?${query}`, { signal });
  if (!response.ok) throw new Error(String(response.status));
  const layer = await response.json();
  return layer.links.length > 0 ? null : layer;
}

/** @param {string} level @param {any} style @param {number} [minZoom] */
function tiles(level, style, minZoom) {
  const url = `/tiles/${level}/{z}/{x}/{y}.mvt`;
  const source = new ol.VectorTileSource({ format: new ol.MVT(), url, maxZoom: 15 });
  return new ol.VectorTileLayer({ style, source, minZoom });
}

/** @param {Bounds} inner @param {Bounds} outer */
export function isInside(inner, outer) {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}

/** @param {Bounds} view @returns {Bounds} */
export function widened([west, south, east, north]) {
  const [wide, high] = [(east - west) * MARGIN, (north - south) * MARGIN];
  return [
    Math.max(-180, west - wide),
    Math.max(-90, south - high),
    Math.min(180, east + wide),
    Math.min(90, north + high),
  ];
}
