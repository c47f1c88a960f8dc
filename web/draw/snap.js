// @ts-check
/** Where a new point belongs when a neighbour's line is near: on its very vertex, or on its line. */
import { gridPlace, metres } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {{ geometry: { type: string, coordinates: any }, name: string }} Neighbour exact, in degrees */
/** @typedef {{ place: Place, kind: "vertex" | "edge" | "free", name: string }} Spot where a point lands, and whose line that is */

const CELL_DEG = 0.002;

export class Neighbours {
  /** @param {Iterable<Neighbour>} neighbours */
  constructor(neighbours = []) {
    /** @type {Map<string, [Place, Place, string][]>} edges and whose they are, by the cells they pass through */
    this.cells = new Map();
    for (const { geometry, name } of neighbours) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      for (const polygon of polygons) for (const ring of polygon) this.#addRing(ring, name);
    }
  }

  /** @param {Place[]} ring @param {string} name */
  #addRing(ring, name) {
    for (let k = 1; k < ring.length; k++) {
      for (const key of cellsBetween(ring[k - 1], ring[k])) {
        const cell = this.cells.get(key);
        if (cell) cell.push([ring[k - 1], ring[k], name]);
        else this.cells.set(key, [[ring[k - 1], ring[k], name]]);
      }
    }
  }

  /** A vertex wins over a nearer edge. @param {readonly number[]} place @param {number} reach metres @returns {Spot} */
  snap(place, reach) {
    /** @type {Spot | null} */
    let vertex = null;
    /** @type {{ a: Place, b: Place, along: number, name: string } | null} */
    let edge = null;
    let vertexAt = reach;
    let edgeAt = reach;
    for (const [a, b, name] of this.#near(place, reach)) {
      const [ax, ay] = metres(a, place);
      const [bx, by] = metres(b, place);
      const [dx, dy] = [bx - ax, by - ay];
      const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
      const away = Math.hypot(ax + along * dx, ay + along * dy);
      if (away > reach) continue;
      for (const [end, gap] of /** @type {[Place, number][]} */ ([[a, Math.hypot(ax, ay)], [b, Math.hypot(bx, by)]])) {
        if (gap < vertexAt) [vertex, vertexAt] = [{ place: end, kind: "vertex", name }, gap];
      }
      if (away < edgeAt) [edge, edgeAt] = [{ a, b, along, name }, away];
    }
    if (vertex) return vertex;
    if (!edge) return { place: gridPlace(place), kind: "free", name: "" };
    const { a, b, along, name } = edge;
    return { place: gridPlace([a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]), kind: "edge", name };
  }

  /** @param {readonly number[]} place @param {number} reach metres */
  *#near(place, reach) {
    // Wide enough up to 60° north and south; what lies outside the reach is measured and left.
    const [wide, high] = [reach / 55_000, reach / 110_000];
    for (const key of cellsBetween([place[0] - wide, place[1] - high], [place[0] + wide, place[1] + high])) {
      yield* this.cells.get(key) ?? [];
    }
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
