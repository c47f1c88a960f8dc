// @ts-check
/** To walk along the neighbours' lines, and other lines, from one place to another. */
import { Cells } from "./cells.js";
import { Heap } from "./heap.js";
import { ownersOf } from "./noding.js";
import { distance, isSame, nearestOn } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./noding.js").Edge} Edge */
/** @typedef {{ to: number, length: number, cost: number, edge: Edge | null }} Step edge: null for a step from one line to another */
/** @typedef {[number, number, number]} Anchor a node, and length and cost of the way between it and a place */
/** @typedef {{ anchors: Anchor[], edge: Edge | null }} Stand where a place is on the graph */
/** @typedef {{ points: Place[], length: number, names: string[] }} Way points: after the start, up to and with the end */

/** A way that is longer than this many times the straight line is not what somebody meant. */
export const LONGEST = 4;
// Ground on both sides of such a line is taken: a new boundary rarely runs there.
const TAKEN_COST = 3;
// Where a neighbour's line and a river run side by side, the neighbour's counts.
const OTHER_COST = 1.3;
// Neighbours who each drew a corner for themselves: one steps over, but no more often than needed.
const OVER_M = 12;
const OVER_DEG = OVER_M / 110_000;
const OVER_COST = 4;
const OVER_COST_M = 5;
// A place on an edge lies beside it by rounding to the grid.
const ON_M = 0.03;

export class BorderGraph {
  /** @param {readonly Edge[]} edges that meet only at their ends */
  constructor(edges) {
    this.cells = new Cells(edges);
    /** @type {Map<string, number>} */
    this.nodes = new Map();
    /** @type {Place[]} */
    this.places = [];
    /** @type {Step[][]} */
    this.steps = [];
    for (const edge of edges) {
      const length = distance(edge.a, edge.b);
      this.#join(this.#node(edge.a), this.#node(edge.b), length, length * costOf(edge), edge);
    }
    this.#stepOver();
  }

  /** All ways from a place; null when it lies on no line.
   * @param {Place} place
   * @param {readonly Place[]} [passed] no way leads through these again: a boundary passes no place twice
   */
  from(place, passed = []) {
    const stand = this.stand(place);
    return stand && new Walk(this, place, stand, passed);
  }

  /** @param {Place} place @returns {Stand | null} */
  stand(place) {
    const node = this.nodes.get(String(place));
    if (node !== undefined) return { anchors: [[node, 0, 0]], edge: null };
    for (const edge of this.cells.near(place, 1)) {
      if (nearestOn(place, edge.a, edge.b).away > ON_M) continue;
      const anchors = [edge.a, edge.b].map((end) => {
        const length = distance(place, end);
        return /** @type {Anchor} */ ([this.#node(end), length, length * costOf(edge)]);
      });
      return { anchors, edge };
    }
    return null;
  }

  /** Names by id of the neighbours whose line passes a place. @param {readonly number[]} place */
  neighboursAt(place) {
    const edges = [...this.cells.near(place, 1)].filter(({ a, b }) => nearestOn(place, a, b).away <= ON_M);
    const lines = edges.flatMap((edge) => edge.lines.filter(({ kind }) => kind === "territory"));
    return new Map(lines.map(({ id, name }) => [id, name]));
  }

  /** @param {Place} place */
  #node(place) {
    const key = String(place);
    let node = this.nodes.get(key);
    if (node === undefined) {
      node = this.places.length;
      this.nodes.set(key, node);
      this.places.push(place);
      this.steps.push([]);
    }
    return node;
  }

  /** @param {number} one @param {number} other @param {number} length @param {number} cost @param {Edge | null} edge */
  #join(one, other, length, cost, edge) {
    this.steps[one].push({ to: other, length, cost, edge });
    this.steps[other].push({ to: one, length, cost, edge });
  }

  /** Join corners of different neighbours that all but meet. */
  #stepOver() {
    const owners = this.steps.map((steps) => new Set(steps.flatMap(({ edge }) => edge?.lines.map(({ id }) => id) ?? [])));
    for (const [node, place] of this.places.entries()) {
      for (const [other, gap] of this.#nearest(place, owners[node])) {
        if (node < other || !owners[other].has([...owners[node]][0])) this.#join(node, other, gap, gap * OVER_COST + OVER_COST_M, null);
      }
    }
  }

  /** For every owner near by that has no line at a place, its nearest corner. @param {Place} place @param {Set<string>} owners */
  #nearest(place, owners) {
    /** @type {Map<string, [number, number]>} */
    const best = new Map();
    for (const { a, b, lines } of this.cells.near(place, OVER_M)) {
      for (const end of [a, b]) {
        // Nearly all are farther, and a difference is had sooner than a distance.
        if (Math.abs(place[1] - end[1]) > OVER_DEG) continue;
        const gap = distance(place, end);
        if (gap === 0 || gap > OVER_M) continue;
        for (const { id } of lines) {
          if (!owners.has(id) && gap < (best.get(id)?.[1] ?? Infinity)) best.set(id, [this.#node(end), gap]);
        }
      }
    }
    return best.values();
  }
}

/** The ways from one place, found as far as they are asked for. */
class Walk {
  /** @param {BorderGraph} graph @param {Place} start @param {Stand} stand @param {readonly Place[]} passed */
  constructor(graph, start, stand, passed) {
    this.graph = graph;
    this.start = start;
    this.stand = stand;
    /** @type {Map<number, number>} */
    this.cost = new Map();
    /** @type {Map<number, { from: number, step: Step }>} */
    this.back = new Map();
    /** @type {Set<number>} */
    this.settled = new Set();
    /** @type {Heap<number>} */
    this.waiting = new Heap();
    for (const place of passed) {
      const node = graph.nodes.get(String(place));
      if (node !== undefined) this.cost.set(node, -1); // cheaper than any way to it
    }
    for (const [node, , cost] of stand.anchors) {
      if (this.cost.has(node)) continue;
      this.cost.set(node, cost);
      this.waiting.put(cost, node);
    }
  }

  /** The way to a place; null when there is none, or only one that is too long. @param {Place} place @returns {Way | null} */
  to(place) {
    const straight = distance(this.start, place);
    const stand = this.graph.stand(place);
    if (!stand || straight === 0) return null;
    if (stand.edge && stand.edge === this.stand.edge) return this.#along(stand.edge, place, straight);
    this.#walk(stand.anchors.map(([node]) => node), straight * LONGEST * TAKEN_COST);
    const reached = stand.anchors.filter(([node]) => this.settled.has(node));
    if (reached.length === 0) return null;
    const costAt = (/** @type {Anchor} */ [node, , cost]) => (this.cost.get(node) ?? Infinity) + cost;
    const last = reached.reduce((best, anchor) => (costAt(anchor) < costAt(best) ? anchor : best));
    const way = this.#wayTo(last, stand.edge, place);
    return way.length <= straight * LONGEST ? way : null;
  }

  /** Settle nodes, the cheapest first, until those asked for are or nothing cheap enough is left. @param {number[]} wanted @param {number} most */
  #walk(wanted, most) {
    const { waiting, settled, cost } = this;
    while (waiting.least <= most && !wanted.every((node) => settled.has(node))) {
      const node = /** @type {number} */ (waiting.take());
      if (settled.has(node)) continue;
      settled.add(node);
      for (const step of this.graph.steps[node]) {
        const through = (cost.get(node) ?? 0) + step.cost;
        if (through >= (cost.get(step.to) ?? Infinity)) continue;
        cost.set(step.to, through);
        this.back.set(step.to, { from: node, step });
        waiting.put(through, step.to);
      }
    }
  }

  /** @param {Anchor} last @param {Edge | null} edge that the place is on @param {Place} place @returns {Way} */
  #wayTo([node, after], edge, place) {
    /** @type {Place[]} */
    const points = [place];
    /** @type {(Edge | null)[]} */
    const edges = [edge];
    let length = after;
    for (let at = node; ; ) {
      points.unshift(this.graph.places[at]);
      const came = this.back.get(at);
      if (!came) {
        length += this.stand.anchors.find(([anchor]) => anchor === at)?.[1] ?? 0;
        break;
      }
      length += came.step.length;
      edges.unshift(came.step.edge);
      at = came.from;
    }
    edges.unshift(this.stand.edge);
    const distinct = points.filter((point, k) => !isSame(point, k ? points[k - 1] : this.start));
    return { points: distinct, length, names: namesOf(edges) };
  }

  /** @param {Edge} edge @param {Place} place @param {number} length @returns {Way} */
  #along(edge, place, length) {
    return { points: [place], length, names: namesOf([edge]) };
  }
}

/** Whose lines these are, in the order in which they are met. @param {(Edge | null)[]} edges */
function namesOf(edges) {
  return [...new Set(edges.flatMap((edge) => (edge ? ownersOf(edge) : []).map(({ name }) => name)).filter(Boolean))];
}

/** @param {Edge} edge */
function costOf({ lines }) {
  const owners = lines.filter(({ kind }) => kind === "territory").length;
  if (owners === 0) return OTHER_COST;
  return owners === 1 ? 1 : TAKEN_COST;
}
