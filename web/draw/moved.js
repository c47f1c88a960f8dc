// @ts-check
/** Where a line moved away from a neighbour's, as long as both still know where it was. */
import { ringsOf } from "./history.js";
import { areaOf, isSame } from "./shape.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./history.js").Place} Place */
/** @typedef {{ line: Place[], ground: Place[], neighbours: Map<string, string> }} Moved line: as it runs now, from one place
 *   that stayed to the next; ground: a ring around what it passed over; neighbours: names by id of those along the old line */

// Ground of less, in m², is a point that was put where it was.
const LEAST_M2 = 1;

/** The stretches in which a drawing left the line that is kept, and neighbours with it.
 * @param {Drawing | null} kept @param {Drawing} now @param {import("./graph.js").BorderGraph} graph of everybody else's lines
 * @returns {Moved[]}
 */
export function movedAlong(kept, now, graph) {
  if (!kept) return [];
  const rings = ringsOf(now).filter(({ closed }) => closed).map(({ points }) => points);
  return ringsOf(kept).flatMap(({ points: old }) => {
    const ring = likest(rings, old);
    return ring ? stretches(old, ring).flatMap((stretch) => beside(stretch, graph)) : [];
  });
}

/** The ring that has most points in common with another one; none where it has fewer than two. @param {readonly (readonly Place[])[]} rings @param {readonly Place[]} old */
function likest(rings, old) {
  const known = new Set(old.map(String));
  const shared = (/** @type {readonly Place[]} */ ring) => ring.filter((place) => known.has(String(place))).length;
  const best = [...rings].sort((a, b) => shared(b) - shared(a))[0];
  return best && shared(best) >= 2 ? best : null;
}

/** Where two rings part and meet again, each with both ways between. @param {readonly Place[]} old @param {readonly Place[]} ring */
function stretches(old, ring) {
  const at = new Map(old.map((place, k) => [String(place), k]));
  const stays = ring.flatMap((place, k) => (at.has(String(place)) ? [k] : []));
  // The same way round, or the old points between two others would be those on the far side.
  const turns = stays.map((k, n) => (indexOf(at, ring[stays[(n + 1) % stays.length]]) - indexOf(at, ring[k]) + old.length) % old.length);
  const isTurned = turns.reduce((sum, turn) => sum + turn, 0) > old.length;
  const before = isTurned ? [...old].reverse() : old;
  const place = new Map(before.map((each, k) => [String(each), k]));
  return stays.map((from, n) => {
    const to = stays[(n + 1) % stays.length];
    return { is: between(ring, from, to), was: between(before, indexOf(place, ring[from]), indexOf(place, ring[to])) };
  }).filter(({ is, was }) => is.length !== was.length || is.some((each, k) => !isSame(each, was[k])));
}

/** @param {Map<string, number>} at @param {Place} place */
function indexOf(at, place) {
  return at.get(String(place)) ?? 0;
}

/** The points from one to another, both with it. @param {readonly Place[]} ring @param {number} from @param {number} to */
function between(ring, from, to) {
  const count = ((to - from + ring.length) % ring.length) + 1;
  return Array.from({ length: count }, (_, k) => ring[(from + k) % ring.length]);
}

/** A stretch with the neighbours along its old line; nothing where there are none. @param {{ is: Place[], was: Place[] }} stretch @param {import("./graph.js").BorderGraph} graph @returns {Moved[]} */
function beside({ is, was }, graph) {
  const ground = [...was, ...is.slice(1, -1).reverse()];
  const middles = was.slice(1).map((place, k) => /** @type {Place} */ ([(place[0] + was[k][0]) / 2, (place[1] + was[k][1]) / 2]));
  const neighbours = new Map(middles.flatMap((place) => [...graph.neighboursAt(place)]));
  return neighbours.size && areaOf(ground) >= LEAST_M2 ? [{ line: is, ground, neighbours }] : [];
}
