// @ts-check
/** What the page's script calls: a map, its layers, and the panel beside it. */
import { labels } from "./labels.js";
import { connect } from "./panel.js";
import { bytesOf, embedded, served } from "./sources.js";
import { finding, plain, territory } from "./styles.js";
import { findingCard, open, territoryCard, territoryTip } from "./cards.js";
import { Shapes } from "./shapes.js";

const L = /** @type {any} */ (globalThis).L;

/** @typedef {import("./mvt.js").Shape} Shape */

/**
 * @typedef {object} Level
 * @property {string} id
 * @property {string} name
 * @property {boolean} filled
 * @property {boolean} beside
 * @property {number} rank
 * @property {number} minZoom
 * @property {number} maxZoom
 * @property {number} opacity of the fill
 * @property {number | null} filledUntil zoom up to which it stands in for the level below
 */

/**
 * @typedef {object} MapOptions
 * @property {[[number, number], [number, number]]} bounds
 * @property {string} label
 * @property {Record<string, string>} words
 */

/**
 * @param {string} id of the element
 * @param {MapOptions} options
 */
export function createMap(id, { bounds, label, words }) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(id, {
    minZoom: 2,
    maxZoom: 20,
    // Half steps fit a region to the screen; tiles of the next zoom are drawn smaller then, never larger.
    zoomSnap: 0.5,
    zoomControl: false,
    attributionControl: false,
    zoomAnimation: !isCalm,
    fadeAnimation: !isCalm,
    inertia: !isCalm,
    maxBoundsViscosity: 0.8,
  });
  const box = map.getContainer();
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const whole = L.latLngBounds(bounds);
  const home = () => map.fitBounds(whole, { padding: [12, 12] });
  wholeControl(words.whole, home).addTo(map);
  home();
  map.territory = { words, stack: [], findings: null, levels: [], names: new Map() };
  listen(map);
  // The element may get its size after the map: phones turn, panels open.
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
  return map;
}

/** @param {string} title @param {() => void} act */
function wholeControl(title, act) {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar leaflet-control");
    const button = L.DomUtil.create("button", "whole", bar);
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.on(button, "click", act);
    return bar;
  };
  return control;
}

/**
 * Land, or the lines of municipalities and states.
 * @param {any} map
 * @param {{data: string | null, tiles: string | null, layer: "land" | "jurisdictions", pane: string}} options
 */
export function addGround(map, { data, tiles, layer: name, pane }) {
  const source = data ? embedded(bytesOf(data)) : served(String(tiles), name);
  const { land, state, jurisdiction, far } = plain();
  const style = (/** @type {Shape} */ { properties }, /** @type {number} */ zoom) => {
    if (name === "land") return land;
    if (properties.level === "state") return state;
    return zoom < 10 ? far : jurisdiction;
  };
  const layer = new Shapes({ source, style, pane, interactive: false, onFailure: failed(map) });
  layer.addTo(map);
  return layer;
}

/**
 * Somebody's image tiles; its words are text, whatever an operator wrote.
 * @param {any} map
 * @param {{url: string, attribution: string, pane: string}} options
 */
export function addBasemap(map, { url, attribution, pane }) {
  L.control.attribution({ prefix: false }).addTo(map);
  const words = document.createElement("span");
  words.textContent = attribution;
  return L.tileLayer(url, { maxZoom: 20, pane, attribution: words.innerHTML }).addTo(map);
}

/**
 * The territories of one level.
 * @param {any} map
 * @param {{data: string | null, tiles: string | null, level: Level}} options
 */
export function addTerritories(map, { data, tiles, level }) {
  const source = data ? embedded(bytesOf(data)) : served(String(tiles), level.id);
  const standingIn = { ...level, filled: true };
  const style = (/** @type {Shape} */ { properties }, /** @type {number} */ zoom) => {
    const standsIn = level.filledUntil !== null && zoom <= level.filledUntil;
    const group = standsIn ? properties.id : properties.parent;
    return territory(standsIn ? standingIn : level, group === undefined ? undefined : String(group), zoom);
  };
  const layer = new Shapes({ source, style, minZoom: level.minZoom, maxZoom: level.maxZoom, onFailure: failed(map) });
  layer.card = (/** @type {Shape} */ shape) => territoryCard(shape.properties, level, map.territory);
  layer.tip = (/** @type {Shape} */ shape) => territoryTip(shape.properties, level);
  layer.addTo(map);
  map.territory.levels.push({ level, layer });
  map.territory.stack.unshift(layer);
  return layer;
}

/**
 * @typedef {object} FindingInfo
 * @property {string} code
 * @property {string} severity
 * @property {string} sentence
 * @property {[number, number] | null} place longitude, latitude
 * @property {[number, number, number, number] | null} box west, south, east, north
 */

/**
 * Findings, one toggle per code.
 * @param {any} map
 * @param {{data: string, list: string}} options
 */
export function addFindings(map, { data, list }) {
  /** @type {FindingInfo[]} */
  const infos = read(list);
  const source = embedded(bytesOf(data));
  source.shapes.sort((a, b) => Number(a.properties.id) - Number(b.properties.id));
  const hidden = new Set();
  const styles = new Map();
  const of = (/** @type {Shape} */ shape) => infos[Number(shape.properties.id)];
  const places = new Map();
  const layer = new Shapes({
    source,
    style: (/** @type {Shape} */ shape) => {
      const { code, severity } = of(shape);
      if (hidden.has(code)) return null;
      const key = `${code} ${severity}`;
      if (!styles.has(key)) styles.set(key, finding(code, severity));
      return styles.get(key);
    },
    place: (/** @type {Shape} */ shape) => {
      const { place } = of(shape);
      if (!place) return null;
      if (!places.has(shape)) places.set(shape, world(place, source));
      return places.get(shape);
    },
    pane: findingsPane(map),
  });
  layer.card = (/** @type {Shape} */ shape) => findingCard(of(shape), map.territory);
  layer.tip = layer.card;
  layer.addTo(map);
  map.territory.stack.unshift(layer);
  map.territory.findings = { infos, layer, hidden };
  return layer;
}

/** Above the names. @param {any} map */
function findingsPane(map) {
  const pane = map.createPane("findings");
  pane.style.zIndex = "350";
  pane.style.pointerEvents = "none";
  return "findings";
}

/** Longitude and latitude in units of an embedded source. @param {[number, number]} place @param {any} source */
function world([lon, lat], source) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  return { x: (lon / 360 + 0.5) * source.extent, y: y * source.extent };
}

/** @param {any} map @param {{list: string}} options */
export function connectPanel(map, { list }) {
  /** @type {import("./panel.js").Place[]} */
  const places = read(list);
  for (const { id, name } of places) map.territory.names.set(id, name);
  labels(map, places);
  connect(map, places);
}

/** @param {string} id */
function read(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "[]");
}

/** @param {any} map */
function failed(map) {
  return () => {
    const status = document.getElementById("map-status");
    if (status) status.textContent = map.territory.words.failed;
  };
}

/** Pointing shows, tapping opens. @param {any} map */
function listen(map) {
  const tip = L.tooltip({ direction: "top", offset: [0, -6], className: "tip", opacity: 1 });
  const found = (/** @type {any} */ latlng) => {
    for (const layer of map.territory.stack) {
      if (!map.hasLayer(layer)) continue;
      const shape = layer.at(latlng);
      if (shape) return { layer, shape };
    }
    return null;
  };
  const canHover = matchMedia("(hover: hover)").matches;
  let last = /** @type {Shape | null} */ (null);
  if (canHover) {
    map.on("mousemove", (/** @type {any} */ event) => {
      if (map.dragging.moving?.()) return;
      const hit = found(event.latlng);
      map.getContainer().classList.toggle("pointing", Boolean(hit));
      if (!hit) {
        map.closeTooltip(tip);
        last = null;
        return;
      }
      if (hit.shape !== last) tip.setContent(hit.layer.tip(hit.shape));
      last = hit.shape;
      tip.setLatLng(event.latlng);
      if (!map.hasLayer(tip)) map.openTooltip(tip);
    });
    map.on("mouseout", () => map.closeTooltip(tip));
  }
  map.on("click", (/** @type {any} */ event) => {
    const hit = found(event.latlng);
    if (!hit) return;
    map.closeTooltip(tip);
    open(map, event.latlng, hit.layer.card(hit.shape));
    hit.layer.highlight((/** @type {Shape} */ shape) => shape.properties.id === hit.shape.properties.id);
  });
  map.on("popupclose", () => {
    for (const layer of map.territory.stack) layer.highlight(() => false);
  });
}
