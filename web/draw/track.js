// @ts-check
/** What is made of the fixes of a walk: which count, and which points of the line they leave. */
import { walked } from "./history.js";
import { distance, nearestOn } from "./shape.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./history.js").Fix} Fix */
/** @typedef {import("./history.js").Place} Place */
/** @typedef {"taken" | "weak" | "still"} Verdict weak: too far off to count; still: no farther than the signal trembles */

/** Fixes that are less sure than this, in metres, do not count. */
export const LIMIT_M = 30;
const LEAST_STEP_M = 1;
const LEAST_TOLERANCE_M = 1;
const MOST_TOLERANCE_M = 10;

/** Tells fixes that were taken since a moment from those that were taken before, as in a pause: the first one that a phone
 * gives may be an old one. Phones' clocks go wrong by seconds or by years, so whatever is newer than that one counts too.
 * @param {number} moment in milliseconds, as the page tells time @returns {(taken: number) => boolean} as the phone tells it
 */
export function takenSince(moment) {
  let first = Infinity;
  return (taken) => {
    first = Math.min(first, taken);
    return taken >= moment || taken > first;
  };
}

/** @param {Fix} fix @param {Place | undefined} last where the line ends so far @returns {Verdict} */
export function judged({ place, accuracy }, last) {
  if (!(accuracy <= LIMIT_M)) return "weak";
  const isStill = last && distance(last, place) < Math.max(LEAST_STEP_M, accuracy / 2);
  return isStill ? "still" : "taken";
}

/** A line with one more walked point. @param {Drawing} drawing @param {Fix} fix @returns {Drawing} */
export function walkedOn(drawing, fix) {
  return { ...drawing, points: [...drawing.points, fix.place], track: [...(drawing.track ?? []), fix] };
}

/** Close a walked line, with the points that matter; those that were not walked stay as they are.
 * @param {Drawing} drawing @returns {Drawing | null} nothing where it goes round no ground
 */
export function finished({ track = [], ...drawing }) {
  const isWalked = new Set(track.map(({ place }) => String(place)));
  const goes = (/** @type {Place} */ place) => isWalked.has(String(place));
  const points = simplified(withoutOverrun(drawing.points, track, goes), toleranceOf(track), goes);
  const made = walked(track, drawing.made) ?? drawing.made;
  return points.length < 3 ? null : { ...drawing, points, closed: true, ...(made && { made }) };
}

/** How far a line may leave the points that it drops: half of what the signal was usually sure of. @param {readonly Fix[]} track */
export function toleranceOf(track) {
  const sorted = track.map(({ accuracy }) => accuracy).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.min(MOST_TOLERANCE_M, Math.max(LEAST_TOLERANCE_M, usual / 2));
}

/** Who comes back to where they began walks on a little: those points are the first one again.
 * @param {readonly Place[]} points @param {readonly Fix[]} track @param {(place: Place) => boolean} goes
 */
function withoutOverrun(points, track, goes) {
  const accuracies = new Map(track.map(({ place, accuracy }) => [String(place), accuracy]));
  let count = points.length;
  while (count > 3 && goes(points[count - 1]) && distance(points[count - 1], points[0]) < (accuracies.get(String(points[count - 1])) ?? 0)) count--;
  return points.slice(0, count);
}

/** A ring without the points that lie closer to it than the tolerance (Douglas and Peucker).
 * @param {readonly Place[]} ring the first point once @param {number} tolerance in metres @param {(place: Place) => boolean} [mayGo]
 */
export function simplified(ring, tolerance, mayGo = () => true) {
  const path = [...ring, ring[0]];
  const stays = path.map((place, k) => k === 0 || k === ring.length || !mayGo(place));
  const anchors = stays.flatMap((is, k) => (is ? [k] : []));
  /** @type {[number, number][]} */
  const waiting = anchors.slice(1).map((end, k) => [anchors[k], end]);
  for (let span = waiting.pop(); span; span = waiting.pop()) {
    const [from, to] = span;
    let [farthest, most] = [-1, tolerance];
    for (let k = from + 1; k < to; k++) {
      const { away } = nearestOn(path[k], path[from], path[to]);
      if (away > most) [farthest, most] = [k, away];
    }
    if (farthest < 0) continue;
    stays[farthest] = true;
    waiting.push([from, farthest], [farthest, to]);
  }
  return ring.filter((_, k) => stays[k]);
}
