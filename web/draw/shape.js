// @ts-check
/** Places and shapes on the ground, as plain numbers. */
import { NOTHING, ringsOf } from "./history.js";

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

/** Where an edge comes nearest to a place: how far along it, from 0 to 1, and how many metres away.
 * @param {readonly number[]} place @param {readonly number[]} a @param {readonly number[]} b
 */
export function nearestOn(place, a, b) {
  const [[ax, ay], [bx, by]] = [metres(a, place), metres(b, place)];
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  return { along, away: Math.hypot(ax + along * dx, ay + along * dy) };
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

/** A whole drawing as GeoJSON: every hole goes to the outline that most of it lies in. @param {Drawing} drawing @returns {Boundary} */
export function boundaryOf(drawing) {
  const rings = ringsOf(drawing);
  const outlines = rings.filter(({ isHole }) => !isHole).map(({ points }) => [points]);
  for (const { points } of rings.filter(({ isHole }) => isHole)) {
    const shares = outlines.map(([outline]) => points.filter((point) => isInside(point, outline)).length);
    outlines[shares.indexOf(Math.max(...shares))].push(points);
  }
  const polygons = outlines.map((polygon) => polygon.map((ring) => [...ring, ring[0]]));
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] }
    : { type: "MultiPolygon", coordinates: polygons };
}

/** Whether a place lies inside a ring. @param {Place} place @param {readonly Place[]} ring */
export function isInside([x, y], ring) {
  let inside = false;
  for (let k = 0, before = ring.length - 1; k < ring.length; before = k++) {
    const [[ax, ay], [bx, by]] = [ring[before], ring[k]];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  }
  return inside;
}

/** A line that is not closed yet, as GeoJSON. @param {readonly Place[]} points */
export function lineOf(points) {
  return points.length === 1
    ? { type: "Point", coordinates: points[0] }
    : { type: "LineString", coordinates: [...points] };
}

/** A boundary to draw on: the outline of its largest part is in hand.
 * @param {{ type: string, coordinates: any }} geometry @param {import("./history.js").Made} [made] how it came here @returns {Drawing}
 */
export function drawingOf(geometry, made) {
  /** @type {number[][][][]} */
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rings = polygons.flatMap((polygon) =>
    polygon.map((ring, k) => ({ points: ring.slice(0, -1).map(gridPlace), closed: true, isHole: k > 0, ...(made && { made }) })),
  );
  const outlines = rings.filter(({ isHole }) => !isHole);
  if (outlines.length === 0) return NOTHING;
  const largest = outlines.reduce((best, ring) => (areaOf(ring.points) > areaOf(best.points) ? ring : best));
  return { ...largest, rest: rings.filter((ring) => ring !== largest) };
}

/** Area in m² of all closed rings, holes taken off. @param {Drawing} drawing */
export function groundOf(drawing) {
  return ringsOf(drawing).reduce((sum, { points, isHole }) => sum + (isHole ? -1 : 1) * areaOf(points), 0);
}

/** Length in m of all rings. @param {Drawing} drawing */
export function outlineOf(drawing) {
  return ringsOf(drawing).reduce((sum, { points, closed }) => sum + lengthOf(points, closed), 0);
}

/** One point a line, latitude first, as people read them out. @param {readonly Place[]} points */
export function asText(points) {
  return points.map(([lon, lat]) => `${lat.toFixed(7)}, ${lon.toFixed(7)}`).join("\n");
}
