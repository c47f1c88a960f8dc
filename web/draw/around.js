// @ts-check
/** What lies around the drawing: exact lines, to draw along, where they are few; tiles from afar. */
import * as ol from "../vendor/ol/ol.js";
import * as looks from "./looks.js";
import { BorderGraph } from "./graph.js";
import { noded } from "./noding.js";
import { snap } from "./snap.js";
import { tiles } from "./tiles.js";

/** @typedef {"far" | "many" | "ready" | "failed"} State */
/** @typedef {[number, number, number, number]} Bounds west, south, east, north */

/** From here on single points can be told apart on a phone. */
export const EXACT_FROM_ZOOM = 12;
/** Whoever has begun to draw sees exact neighbours from farther: a council in the mountains is wider than a phone. */
export const BEGUN_FROM_ZOOM = 10;
// Farther away the councils of a country are one blot, of more than a megabyte; groups still tell where one is.
const UNITS_FROM_ZOOM = 9;
// Loaded beyond the edges of the view, as shares of it, so that a short move asks for nothing.
const MARGIN = 0.25;

/** @typedef {{ features: any[], complete: boolean }} Layer */

/** @typedef {(bounds: Bounds, without: string | null, signal: AbortSignal) => Promise<Layer>} Ask */

export class Around {
  /** @param {(state: State) => void} onState @param {Ask} [ask] */
  constructor(onState, ask = linesAround) {
    this.onState = onState;
    this.ask = ask;
    this.graph = new BorderGraph([]);
    /** @type {string | null} the territory that is drawn anew: no neighbour of itself */
    this.without = null;
    this.asked = new AbortController();
    /** @type {Bounds | null} */
    this.loaded = null;
    this.exact = new ol.VectorSource();
    this.exactLayer = new ol.VectorLayer({ source: this.exact, style: looks.nearUnits(), declutter: true, visible: false });
    this.others = new ol.VectorSource();
    this.farLayer = tiles("council", looks.farUnits(), UNITS_FROM_ZOOM);
    const otherLayer = new ol.VectorLayer({ source: this.others, style: looks.otherLines(), declutter: true });
    this.layers = [this.farLayer, this.exactLayer, tiles("commune", looks.groups()), otherLayer];
  }

  /** Where a point belongs. @param {readonly number[]} place @param {number} reach metres */
  snap(place, reach) {
    return snap(this.graph.cells, place, reach);
  }

  /** Draw this territory anew, without its own old line in the way. @param {string | null} territory */
  leaveOut(territory) {
    this.without = territory;
    this.loaded = null;
  }

  /** Follow the map to what it shows now. @param {Bounds} view @param {boolean} isFar */
  async follow(view, isFar) {
    if (isFar) return this.#clear("far");
    if (this.loaded && isInside(view, this.loaded)) return undefined;
    this.asked.abort();
    const asked = new AbortController();
    this.asked = asked;
    const wanted = widened(view);
    try {
      const layer = await this.ask(wanted, this.without, asked.signal);
      if (asked.signal.aborted) return undefined;
      return layer.complete ? this.#show(layer, wanted) : this.#clear("many");
    } catch {
      return asked.signal.aborted ? undefined : this.#clear("failed");
    }
  }

  /** @param {Layer} layer @param {Bounds} bounds */
  #show({ features }, bounds) {
    this.loaded = bounds;
    this.graph = new BorderGraph(noded(features.flatMap(linesOf)));
    const read = new ol.GeoJSON({ featureProjection: "EPSG:3857" }).readFeatures({ type: "FeatureCollection", features });
    const isTerritory = (/** @type {any} */ feature) => feature.get("kind") === "territory";
    this.exact.clear(true);
    this.exact.addFeatures(read.filter(isTerritory));
    this.others.clear(true);
    this.others.addFeatures(read.filter((/** @type {any} */ feature) => !isTerritory(feature)));
    this.#tell("ready");
  }

  /** Some neighbours without the others would be a trap: show all, or none to draw along. @param {State} state */
  #clear(state) {
    this.asked.abort();
    this.loaded = null;
    this.graph = new BorderGraph([]);
    this.exact.clear(true);
    this.others.clear(true);
    this.#tell(state);
  }

  /** @param {State} state */
  #tell(state) {
    this.exactLayer.setVisible(state === "ready");
    this.farLayer.setVisible(state !== "ready");
    this.onState(state);
  }
}

/** Exact lines there, as far as the asker may see them. @param {Bounds} bounds @param {string | null} without @param {AbortSignal} signal @returns {Promise<Layer>} */
export async function linesAround(bounds, without, signal) {
  const query = new URLSearchParams({ bbox: bounds.map((side) => side.toFixed(6)).join(","), level: "council" });
  if (without) query.set("without", without);
  const response = await fetch(`/api/around?${query}`, { signal });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** @param {any} feature @returns {import("./noding.js").Line[]} */
function linesOf({ id, geometry, properties: { kind, name } }) {
  const { type, coordinates } = geometry;
  const rings = type === "MultiPolygon" ? coordinates.flat() : coordinates;
  return rings.map((/** @type {any} */ points) => ({ points, id, name, kind }));
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
