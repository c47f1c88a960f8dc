// @ts-check
/** Lines of several neighbours as edges that meet only at their ends: what one can walk along. */
import { Cells } from "./cells.js";
import { gridPlace, isSame } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {"territory" | "river" | "road" | "municipality"} Kind */

/**
 * @typedef {object} Line
 * @property {readonly Place[]} points exact, in degrees; a ring has its first point twice
 * @property {string} id whose it is
 * @property {string} name
 * @property {Kind} kind
 */

/**
 * @typedef {object} Edge
 * @property {Place} a
 * @property {Place} b
 * @property {Line[]} lines those that run along it, each owner once
 */

const PER_DEGREE = 1e7;
// A corner that a neighbour put on another one's line lies up to a centimetre beside it, as the grid allows.
const TOUCHING_CELLS = 2;

/** Split lines where they meet or cross. Vertices stay as they are; only a crossing makes a new one, on the grid.
 * @param {Iterable<Line>} lines @returns {Edge[]}
 */
export function noded(lines) {
  const whole = distinct(lines);
  const cells = new Cells(whole);
  /** @type {Map<Edge, Place[]>} */
  const cuts = new Map();
  /** @param {Edge} edge @param {Place} place */
  const cut = (edge, place) => {
    const known = cuts.get(edge);
    if (known) known.push(place);
    else cuts.set(edge, [place]);
  };
  const done = new Set();
  for (const edge of whole) {
    done.add(edge);
    for (const other of cells.between(edge.a, edge.b)) {
      if (!done.has(other) && boxesMeet(edge, other)) meet(edge, other, cut);
    }
  }
  if (cuts.size === 0) return whole;
  return merged(whole.flatMap((edge) => pieces(edge, cuts.get(edge) ?? [])));
}

/** Whose an edge is: neighbours', where it is any neighbour's, and only else a river's, a road's or a municipality's.
 * @param {Edge} edge
 */
export function ownersOf({ lines }) {
  const neighbours = lines.filter(({ kind }) => kind === "territory");
  return neighbours.length ? neighbours : lines;
}

/** Where a line of several owners is, one edge with all of them. @param {Iterable<Line>} lines */
function distinct(lines) {
  /** @type {Edge[]} */
  const edges = [];
  for (const line of lines) {
    const { points } = line;
    for (let k = 1; k < points.length; k++) {
      if (!isSame(points[k - 1], points[k])) edges.push({ a: points[k - 1], b: points[k], lines: [line] });
    }
  }
  return merged(edges);
}

/** @param {Edge[]} edges */
function merged(edges) {
  /** @type {Map<string, Edge>} */
  const byEnds = new Map();
  for (const edge of edges) {
    const [a, b] = [String(edge.a), String(edge.b)];
    const key = a < b ? `${a};${b}` : `${b};${a}`;
    const known = byEnds.get(key);
    if (!known) byEnds.set(key, edge);
    else known.lines.push(...edge.lines.filter(({ id }) => known.lines.every((line) => line.id !== id)));
  }
  return [...byEnds.values()];
}

/** @param {Edge} edge @param {Edge} other @param {(edge: Edge, place: Place) => void} cut */
function meet(edge, other, cut) {
  let touches = false;
  for (const [line, ends] of /** @type {[Edge, Place[]][]} */ ([[edge, [other.a, other.b]], [other, [edge.a, edge.b]]])) {
    for (const end of ends) {
      if (isSame(end, line.a) || isSame(end, line.b)) touches = true;
      else if (isOn(end, line)) {
        touches = true;
        cut(line, end);
      }
    }
  }
  if (touches) return;
  const place = crossing(edge, other);
  if (place === null) return;
  for (const line of [edge, other]) if (!isSame(place, line.a) && !isSame(place, line.b)) cut(line, place);
}

/** @param {Edge} edge @param {Place[]} places @returns {Edge[]} */
function pieces(edge, places) {
  const along = (/** @type {Place} */ place) =>
    (place[0] - edge.a[0]) * (edge.b[0] - edge.a[0]) + (place[1] - edge.a[1]) * (edge.b[1] - edge.a[1]);
  const stops = [edge.a, ...places.sort((one, other) => along(one) - along(other)), edge.b];
  const found = [];
  for (let k = 1; k < stops.length; k++) {
    if (!isSame(stops[k - 1], stops[k])) found.push({ a: stops[k - 1], b: stops[k], lines: [...edge.lines] });
  }
  return found;
}

// Differences are whole numbers of cells, far below 2**53 also when multiplied: nothing is lost to rounding.

/** @param {readonly number[]} from @param {readonly number[]} to */
function step(from, to) {
  return [Math.round((to[0] - from[0]) * PER_DEGREE), Math.round((to[1] - from[1]) * PER_DEGREE)];
}

/** @param {Place} place @param {Edge} edge */
function isOn(place, { a, b }) {
  const [dx, dy] = step(a, b);
  const [px, py] = step(a, place);
  const along = px * dx + py * dy;
  const square = dx * dx + dy * dy;
  return along > 0 && along < square && Math.abs(px * dy - py * dx) <= TOUCHING_CELLS * Math.sqrt(square);
}

/** @param {Edge} one @param {Edge} other @returns {Place | null} */
function crossing(one, other) {
  const [dx, dy] = step(one.a, one.b);
  const [ex, ey] = step(other.a, other.b);
  const [px, py] = step(one.a, other.a);
  const turn = dx * ey - dy * ex;
  if (turn === 0) return null;
  const t = (px * ey - py * ex) / turn;
  const u = (px * dy - py * dx) / turn;
  if (t <= 0 || t >= 1 || u <= 0 || u >= 1) return null;
  return gridPlace([one.a[0] + t * (one.b[0] - one.a[0]), one.a[1] + t * (one.b[1] - one.a[1])]);
}

/** @param {Edge} one @param {Edge} other */
function boxesMeet({ a, b }, { a: c, b: d }) {
  const margin = TOUCHING_CELLS / PER_DEGREE;
  return [0, 1].every(
    (k) => Math.min(a[k], b[k]) - margin <= Math.max(c[k], d[k]) && Math.min(c[k], d[k]) - margin <= Math.max(a[k], b[k]),
  );
}
