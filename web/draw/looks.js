// @ts-check
/** How the drawing map looks. Colours are the custom properties of the style sheets. */
import * as ol from "../vendor/ol/ol.js";
import { balanced } from "./words.js";

/** @typedef {import("./snap.js").Spot["kind"]} Kind */
/** @typedef {import("../vendor/ol/ol.js").Feature} Feature */
/** @typedef {import("../vendor/ol/ol.js").Style} Style */

const FAR_M_PER_PX = 300;

/** A colour of the style sheets. @param {string} name */
export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** @param {string} color @param {number} width @param {number[]} [lineDash] */
function stroke(color, width, lineDash) {
  return new ol.Stroke({ color, width, lineDash });
}

/** @param {string} color */
function fill(color) {
  return new ol.Fill({ color });
}

/** @param {number} radius @param {string} inside @param {string} line @param {number} width */
function dot(radius, inside, line, width) {
  return new ol.CircleStyle({ radius, fill: fill(inside), stroke: stroke(line, width) });
}

/** Neighbours from afar, from tiles. */
export function farUnits() {
  return new ol.Style({ stroke: stroke(css("unit-line"), 1), fill: fill(css("tint-none")) });
}

/** Thin lines on land from afar, where groups stand alone. @returns {(feature: any, resolution: number) => Style} */
export function groups() {
  const near = new ol.Style({ stroke: stroke(css("group-line"), 2) });
  const far = new ol.Style({ stroke: stroke(css("group-line"), 0.7), fill: fill(css("tint-none")) });
  return (_, resolution) => (resolution > FAR_M_PER_PX ? far : near);
}

/** Exact neighbours with their names. @returns {(feature: any) => Style} */
export function nearUnits() {
  const [line, inside, ink] = [stroke(css("unit-line"), 2), fill(css("tint-none")), fill(css("ink"))];
  return (feature) => {
    feature.look ??= new ol.Style({
      stroke: line,
      fill: inside,
      text: new ol.Text({
        text: balanced(feature.get("name") ?? ""),
        font: `600 13px ${getComputedStyle(document.body).fontFamily}`,
        fill: ink,
        stroke: stroke("#ffffff", 3),
      }),
    });
    return feature.look;
  };
}

/** Rivers, roads and municipal lines: thin, each with its own dashes, and never red. @returns {(feature: any) => Style} */
export function otherLines() {
  /** @type {Record<string, Style>} */
  const kinds = {
    river: new ol.Style({ stroke: stroke("#1f6f9c", 3) }),
    road: new ol.Style({ stroke: stroke("#6b6b6b", 2.5) }),
    municipality: new ol.Style({ stroke: stroke("#5b4a8a", 2, [10, 4, 2, 4]) }),
  };
  return (feature) => kinds[feature.get("kind")];
}

/** What a remedy would make of the line. */
export function preview() {
  return [
    new ol.Style({ stroke: stroke("#ffffff", 8) }),
    new ol.Style({ stroke: stroke(css("leaf"), 5, [14, 6]), fill: fill("rgb(46 94 54 / 18%)") }),
  ];
}

/** The line that somebody else kept. */
export function theirs() {
  return [
    new ol.Style({ stroke: stroke("#ffffff", 8) }),
    new ol.Style({ stroke: stroke(css("focus"), 4, [4, 8]), fill: fill("rgb(11 79 138 / 10%)") }),
  ];
}

/** The ring in hand. */
export function outline() {
  return [new ol.Style({ stroke: stroke("#ffffff", 7) }), new ol.Style({ stroke: stroke(css("clay"), 4) })];
}

/** The ground inside all closed rings, and the lines of those that are not in hand. */
export function ground() {
  return new ol.Style({ stroke: stroke(css("clay"), 2), fill: fill("rgb(125 42 12 / 18%)") });
}

export function points() {
  return new ol.Style({ image: dot(6, "#ffffff", css("clay-deep"), 3) });
}

/** Where the outline can be closed. */
export function firstPoint() {
  return new ol.Style({ image: dot(9, css("leaf"), "#ffffff", 3), zIndex: 1 });
}

/** Half-way between two points: pulled or tapped, it becomes a point. */
export function middles() {
  return new ol.Style({ image: dot(4, css("clay"), "#ffffff", 1.5) });
}

export function chosenPoint() {
  return new ol.Style({ image: dot(9, css("focus"), "#ffffff", 3), zIndex: 2 });
}

/** Where the next point would land: a square on a neighbour's vertex, a diamond on its line. @returns {(feature: any) => Style | Style[]} */
export function aim() {
  const [focus, line] = [css("focus"), stroke(css("clay"), 3, [2, 7])];
  /** @param {number} angle */
  const square = (angle) =>
    new ol.RegularShape({ points: 4, radius: 11, angle, stroke: stroke(focus, 3), fill: fill("rgb(255 255 255 / 70%)") });
  /** @type {Record<Kind, Style>} */
  const landing = {
    vertex: new ol.Style({ image: square(Math.PI / 4) }),
    edge: new ol.Style({ image: square(0) }),
    free: new ol.Style(),
  };
  const rubber = [new ol.Style({ stroke: stroke("#ffffff", 6) }), new ol.Style({ stroke: line })];
  return (feature) => (feature.get("kind") ? landing[/** @type {Kind} */ (feature.get("kind"))] : rubber);
}

/** What a finding points at. */
export function mark() {
  return [
    new ol.Style({ stroke: stroke("#ffffff", 7) }),
    new ol.Style({
      stroke: stroke(css("focus"), 4, [10, 6]),
      fill: fill("rgb(11 79 138 / 25%)"),
      image: new ol.CircleStyle({ radius: 14, stroke: stroke(css("focus"), 4) }),
    }),
  ];
}

/** Where the person stands, and how sure that is. */
export function position() {
  return new ol.Style({
    stroke: stroke(css("focus"), 2, [4, 4]),
    fill: fill("rgb(11 79 138 / 12%)"),
    image: dot(7, css("focus"), "#ffffff", 3),
  });
}
