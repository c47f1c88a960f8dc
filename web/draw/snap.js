// @ts-check
/** Where a new point belongs when a line is near: on its very vertex, or on its line. */
import { gridPlace, metres } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./noding.js").Edge} Edge */
/** @typedef {{ place: Place, kind: "vertex" | "edge" | "free", name: string }} Spot where a point lands, and whose line that is */

/** A vertex wins over a nearer edge. @param {import("./cells.js").Cells<Edge>} cells @param {readonly number[]} place @param {number} reach metres @returns {Spot} */
export function snap(cells, place, reach) {
  /** @type {Spot | null} */
  let vertex = null;
  /** @type {{ edge: Edge, along: number } | null} */
  let nearest = null;
  let vertexAt = reach;
  let edgeAt = reach;
  for (const edge of cells.near(place, reach)) {
    const [ax, ay] = metres(edge.a, place);
    const [bx, by] = metres(edge.b, place);
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
    const away = Math.hypot(ax + along * dx, ay + along * dy);
    if (away > reach) continue;
    for (const [end, gap] of /** @type {[Place, number][]} */ ([[edge.a, Math.hypot(ax, ay)], [edge.b, Math.hypot(bx, by)]])) {
      if (gap < vertexAt) [vertex, vertexAt] = [{ place: end, kind: "vertex", name: edge.lines[0].name }, gap];
    }
    if (away < edgeAt) [nearest, edgeAt] = [{ edge, along }, away];
  }
  if (vertex) return vertex;
  if (!nearest) return { place: gridPlace(place), kind: "free", name: "" };
  const { edge: { a, b, lines }, along } = nearest;
  const foot = gridPlace([a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]);
  return { place: foot, kind: "edge", name: lines[0].name };
}
