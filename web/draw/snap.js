// @ts-check
/** Where a new point belongs when a neighbour's line is near: on its very vertex, or on its line. */
import { gridPlace, metres } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */

const CELL_DEG = 0.002;

export class Neighbours {
  /** @param {Iterable<{ coordinates: any, type: string }>} geometries exact, in degrees */
  constructor(geometries = []) {
    /** @type {Map<string, [Place, Place][]>} edges by the cells they pass through */
    this.cells = new Map();
    for (const geometry of geometries) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      for (const polygon of polygons) for (const ring of polygon) this.#addRing(ring);
    }
  }

  /** @param {Place[]} ring */
  #addRing(ring) {
    for (let k = 1; k < ring.length; k++) {
      for (const key of cellsBetween(ring[k - 1], ring[k])) {
        const cell = this.cells.get(key);
        if (cell) cell.push([ring[k - 1], ring[k]]);
        else this.cells.set(key, [[ring[k - 1], ring[k]]]);
      }
    }
  }

  /**
   * @param {readonly number[]} place
   * @param {number} reach metres
   * @returns {{ place: Place, kind: "vertex" | "edge" | "free" }} a vertex wins over a nearer edge
   */
  snap(place, reach) {
    let vertex = /** @type {Place | null} */ (null);
    let edge = /** @type {Place | null} */ (null);
    let vertexAt = reach;
    let edgeAt = reach;
    const reachDeg = reach / 100_000;
    const low = [place[0] - reachDeg, place[1] - reachDeg];
    const high = [place[0] + reachDeg, place[1] + reachDeg];
    for (const key of cellsBetween(low, high)) {
      for (const [a, b] of this.cells.get(key) ?? []) {
        const [ax, ay] = metres(a, place);
        const [bx, by] = metres(b, place);
        for (const [end, away] of /** @type {const} */ ([
          [a, Math.hypot(ax, ay)],
          [b, Math.hypot(bx, by)],
        ])) {
          if (away <= vertexAt) [vertex, vertexAt] = [end, away];
        }
        const [dx, dy] = [bx - ax, by - ay];
        const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
        const away = Math.hypot(ax + along * dx, ay + along * dy);
        if (away <= edgeAt) [edge, edgeAt] = [gridPlace([a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]), away];
      }
    }
    if (vertex) return { place: vertex, kind: "vertex" };
    if (edge) return { place: edge, kind: "edge" };
    return { place: gridPlace(place), kind: "free" };
  }
}

/** Cells of the box around two places. @param {readonly number[]} a @param {readonly number[]} b */
function* cellsBetween(a, b) {
  const [west, east] = a[0] < b[0] ? [a[0], b[0]] : [b[0], a[0]];
  const [south, north] = a[1] < b[1] ? [a[1], b[1]] : [b[1], a[1]];
  for (let x = Math.floor(west / CELL_DEG); x <= Math.floor(east / CELL_DEG); x++) {
    for (let y = Math.floor(south / CELL_DEG); y <= Math.floor(north / CELL_DEG); y++) yield `${x},${y}`;
  }
}
