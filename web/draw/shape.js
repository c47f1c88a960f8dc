// @ts-check
/** Places and shapes on the ground, as plain numbers. */
import { NOTHING } from "./history.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {{ type: "Polygon", coordinates: Place[][] } | { type: "MultiPolygon", coordinates: Place[][][] }} Boundary */

// The ellipsoid WGS 84: half its longer axis in metres, and its eccentricity squared.
const A = 6_378_137;
const E2 = 0.006_694_379_990_14;
const RADIANS = Math.PI / 180;

/** The grid on which browser, server and store agree bit for bit. @param {number} degrees */
export function onGrid(degrees) {
  return Number(degrees.toFixed(7));
}

/** @param {readonly number[]} place @returns {Place} */
export function gridPlace(place) {
  return [onGrid(place[0]), onGrid(place[1])];
}

/** @param {readonly number[]} a @param {readonly number[]} b */
export function isSame(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}

/** Metres east and north of an origin; good to a few per mille over the size of a commune.
 * @param {readonly number[]} place @param {readonly number[]} origin @returns {[number, number]}
 */
export function metres(place, origin) {
  const lat = origin[1] * RADIANS;
  const squeeze = 1 - E2 * Math.sin(lat) ** 2;
  const east = (A / Math.sqrt(squeeze)) * Math.cos(lat) * RADIANS;
  const north = ((A * (1 - E2)) / squeeze ** 1.5) * RADIANS;
  return [(place[0] - origin[0]) * east, (place[1] - origin[1]) * north];
}

/** @param {readonly number[]} a @param {readonly number[]} b */
export function distance(a, b) {
  const [x, y] = metres(b, a);
  return Math.hypot(x, y);
}

/** Length of a line in metres. @param {readonly Place[]} points @param {boolean} closed */
export function lengthOf(points, closed) {
  let total = 0;
  for (let k = 1; k < points.length; k++) total += distance(points[k - 1], points[k]);
  return closed && points.length > 2 ? total + distance(points[points.length - 1], points[0]) : total;
}

/** Area in m² that a ring goes round. @param {readonly Place[]} points */
export function areaOf(points) {
  if (points.length < 3) return 0;
  const flat = points.map((point) => metres(point, points[0]));
  let doubled = 0;
  for (let k = 0; k < flat.length; k++) {
    const [x0, y0] = flat[k];
    const [x1, y1] = flat[(k + 1) % flat.length];
    doubled += x0 * y1 - x1 * y0;
  }
  return Math.abs(doubled) / 2;
}

/** A closed drawing with its holes and further parts, as GeoJSON. @param {Drawing} drawing @returns {Boundary} */
export function boundaryOf({ points, holes, parts }) {
  const rings = [points, ...holes].map((ring) => [...ring, ring[0]]);
  if (parts.length === 0) return { type: "Polygon", coordinates: rings };
  return { type: "MultiPolygon", coordinates: [rings, ...parts.map((part) => part.map((ring) => [...ring, ring[0]]))] };
}

/** A line that is not closed yet, as GeoJSON. @param {readonly Place[]} points */
export function lineOf(points) {
  return points.length === 1
    ? { type: "Point", coordinates: points[0] }
    : { type: "LineString", coordinates: [...points] };
}

/** What can be drawn on of a boundary: the outline of its largest part. Its holes and further parts come along.
 * @param {{ type: string, coordinates: any }} geometry @returns {Drawing}
 */
export function drawingOf(geometry) {
  /** @type {number[][][][]} */
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const parts = polygons.map((rings) => rings.map((ring) => ring.slice(0, -1).map(gridPlace)));
  const largest = parts.reduce((best, part) => (areaOf(part[0]) > areaOf(best[0]) ? part : best), parts[0]);
  if (!largest) return NOTHING;
  const [points, ...holes] = largest;
  return { points, closed: true, holes, parts: parts.filter((part) => part !== largest) };
}

/** One point a line, latitude first, as people read them out. @param {readonly Place[]} points */
export function asText(points) {
  return points.map(([lon, lat]) => `${lat.toFixed(7)}, ${lon.toFixed(7)}`).join("\n");
}
