// @ts-check
/** Edges by the cells of a grid that they pass, to find those near a place without looking at all. */

/** @typedef {import("./history.js").Place} Place */

// About 110 m: a few edges of a town each.
const CELL_DEG = 0.001;

/** @template {{ a: Place, b: Place }} E */
export class Cells {
  /** @param {Iterable<E>} edges */
  constructor(edges) {
    /** @type {Map<string, E[]>} */
    this.cells = new Map();
    for (const edge of edges) {
      for (const key of keysBetween(edge.a, edge.b)) {
        const cell = this.cells.get(key);
        if (cell) cell.push(edge);
        else this.cells.set(key, [edge]);
      }
    }
  }

  /** Edges whose cells the box around two places touches, each once. @param {readonly number[]} a @param {readonly number[]} b */
  between(a, b) {
    /** @type {Set<E>} */
    const found = new Set();
    for (const key of keysBetween(a, b)) for (const edge of this.cells.get(key) ?? []) found.add(edge);
    return found;
  }

  /** @param {readonly number[]} place @param {number} reach metres */
  near(place, reach) {
    // Wide enough up to 60° north and south; what lies outside the reach is for the caller to measure.
    const [wide, high] = [reach / 55_000, reach / 110_000];
    return this.between([place[0] - wide, place[1] - high], [place[0] + wide, place[1] + high]);
  }
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function* keysBetween(a, b) {
  const [west, east] = a[0] < b[0] ? [a[0], b[0]] : [b[0], a[0]];
  const [south, north] = a[1] < b[1] ? [a[1], b[1]] : [b[1], a[1]];
  for (let x = Math.floor(west / CELL_DEG); x <= Math.floor(east / CELL_DEG); x++) {
    for (let y = Math.floor(south / CELL_DEG); y <= Math.floor(north / CELL_DEG); y++) yield `${x},${y}`;
  }
}
