// @ts-check
/** Places and shapes on the ground, as plain numbers. */

/** @typedef {import("./history.js").Place} Place */

const METRES_PER_DEGREE = 111_320;

/** The grid on which browser, server and store agree bit for bit. @param {number} degrees */
export function onGrid(degrees) {
  return Number(degrees.toFixed(7));
}

/** @param {readonly number[]} place @returns {Place} */
export function gridPlace(place) {
  return [onGrid(place[0]), onGrid(place[1])];
}

/** Metres east and north of an origin; good to a few per mille over the size of a commune.
 * @param {readonly number[]} place @param {readonly number[]} origin @returns {[number, number]}
 */
export function metres(place, origin) {
  const shrink = Math.cos((origin[1] * Math.PI) / 180);
  return [(place[0] - origin[0]) * METRES_PER_DEGREE * shrink, (place[1] - origin[1]) * METRES_PER_DEGREE];
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

/** @param {readonly Place[]} points @returns {{ type: "Polygon", coordinates: Place[][] }} */
export function polygon(points) {
  return { type: "Polygon", coordinates: [[...points, points[0]]] };
}

/** One point a line, latitude first, as people read them out. @param {readonly Place[]} points */
export function asText(points) {
  return points.map(([lon, lat]) => `${lat.toFixed(7)}, ${lon.toFixed(7)}`).join("\n");
}

/** The outer line of the largest polygon of a geometry; holes and further parts are for a later page.
 * @param {{ type: string, coordinates: any }} geometry @returns {Place[]}
 */
export function outline(geometry) {
  const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map((/** @type {any} */ part) => part[0]);
  const lines = rings.map((/** @type {number[][]} */ ring) => ring.slice(0, -1).map(gridPlace));
  return lines.sort((/** @type {Place[]} */ a, /** @type {Place[]} */ b) => areaOf(b) - areaOf(a))[0] ?? [];
}
