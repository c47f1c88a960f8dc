// @ts-check
/** Where a new point belongs when a line is near: on its very vertex, or on its line. */
import { ownersOf } from "./noding.js";
import { distance, gridPlace, nearestOn } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./noding.js").Edge} Edge */
/** @typedef {{ place: Place, kind: "vertex" | "edge" | "free", name: string }} Spot where a point lands, and whose line that is */
/** @typedef {{ spot: Spot, away: number } | null} Candidate */

/** A neighbour's line wins over a river or a municipal line that is nearer, and a vertex over a nearer edge.
 * @param {import("./cells.js").Cells<Edge>} cells @param {readonly number[]} place @param {number} reach metres @returns {Spot}
 */
export function snap(cells, place, reach) {
  /** @type {Candidate[]} vertex and edge of a neighbour, vertex and edge of anything else */
  const best = [null, null, null, null];
  /** @param {number} rank @param {number} away @param {() => Spot} spot */
  const offer = (rank, away, spot) => {
    if (away <= Math.min(reach, best[rank]?.away ?? reach)) best[rank] = { spot: spot(), away };
  };
  for (const edge of cells.near(place, reach)) {
    const { a, b } = edge;
    const { along, away } = nearestOn(place, a, b);
    const [{ kind, name }] = ownersOf(edge);
    const rank = kind === "territory" ? 0 : 2;
    for (const end of [a, b]) offer(rank, distance(place, end), () => ({ place: end, kind: "vertex", name }));
    offer(rank + 1, away, () => {
      const foot = gridPlace([a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]);
      return { place: foot, kind: "edge", name };
    });
  }
  return best.find((each) => each !== null)?.spot ?? { place: gridPlace(place), kind: "free", name: "" };
}
