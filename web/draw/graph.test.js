// @ts-check
/** Following lines: always along them, through every vertex, and never a long way round. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BorderGraph, LONGEST } from "./graph.js";
import { Heap } from "./heap.js";
import { noded } from "./noding.js";
import { distance, gridPlace, isSame } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./noding.js").Line} Line */

const STEP = 0.001;

/** A place on a lattice of about 110 m. @param {number} x @param {number} y @returns {Place} */
function at(x, y) {
  return gridPlace([-69.2 + x * STEP, 10 + y * STEP]);
}

/** @param {string} name @param {...[number, number]} places @returns {Line} */
function ring(name, ...places) {
  const points = places.map(([x, y]) => at(x, y));
  return { points: [...points, points[0]], id: name, name, kind: "territory" };
}

/** @param {string} name @param {any} kind @param {...[number, number]} places @returns {Line} */
function open(name, kind, ...places) {
  return { points: places.map(([x, y]) => at(x, y)), id: name, name, kind };
}

/** @param {...Line} lines */
function graph(...lines) {
  return new BorderGraph(noded(lines));
}

/** @param {BorderGraph} on @param {Place} from @param {Place} to */
function way(on, from, to) {
  return on.from(from)?.to(to) ?? null;
}

/** Lengths are measured from one end, where a degree is as long as there. @param {number} a @param {number} b */
function isAbout(a, b) {
  return Math.abs(a / b - 1) < 1e-4;
}

const WEST = ring("west", [0, 0], [1, 0], [1.2, 0.5], [1, 1], [0, 1]);
const NORTH = ring("north", [0, 1], [1, 1], [2, 1], [2, 2], [0, 2]);

test("between two corners the neighbour's line is walked through all its vertices, to the last digit", () => {
  const found = way(graph(WEST), at(1, 0), at(1, 1));
  assert.deepEqual(found?.points, [at(1.2, 0.5), at(1, 1)]);
  assert.deepEqual(found?.names, ["west"]);
  assert.ok(isAbout(found?.length ?? 0, 2 * distance(at(1, 0), at(1.2, 0.5))));
});

test("one way leads along several neighbours in a row", () => {
  const found = way(graph(WEST, NORTH), at(1, 0), at(2, 1));
  assert.deepEqual(found?.points, [at(1.2, 0.5), at(1, 1), at(2, 1)]);
  assert.deepEqual(found?.names, ["west", "north"]);
});

test("it begins and ends amid edges as well", () => {
  const found = way(graph(WEST), at(1.1, 0.25), at(0.5, 1));
  assert.deepEqual(found?.points, [at(1.2, 0.5), at(1, 1), at(0.5, 1)]);
  assert.deepEqual(way(graph(WEST), at(0.2, 0), at(0.7, 0))?.points, [at(0.7, 0)]);
});

test("lines that cross are joined where they cross, and a corner on another one's line is joined to it", () => {
  const crossed = graph(open("a", "river", [0, 0], [2, 2]), open("b", "river", [0, 2], [2, 0]));
  assert.deepEqual(way(crossed, at(0, 0), at(2, 0))?.points, [at(1, 1), at(2, 0)]);
  // The foot of the second line lies on the first, a centimetre aside, as the grid makes it.
  const foot = /** @type {Place} */ ([at(1, 0)[0], at(1, 0)[1] + 1e-7].map((degrees) => Number(degrees.toFixed(7))));
  const below = ring("below", [0, 0], [2, 0], [2, -1], [0, -1]);
  const above = { ...open("above", "territory", [1, 1]), points: [foot, at(1, 1)] };
  const found = way(graph(below, above), at(0, 0), at(1, 1));
  assert.deepEqual(found?.points, [foot, at(1, 1)]);
});

test("a line is not left for one that only touches the same cell", () => {
  const apart = graph(open("a", "river", [0, 0], [1, 0]), open("b", "river", [0, 0.3], [1, 0.3]));
  assert.equal(way(apart, at(0, 0), at(1, 0.3)), null);
});

test("corners that two neighbours each drew for themselves are stepped over", () => {
  const gap = 4 / 110_000 / STEP;
  const own = ring("east", [1 + gap, 1], [2, 1], [2, 0], [1.5, 0]);
  const found = way(graph(WEST, own), at(1.2, 0.5), at(2, 1));
  assert.deepEqual(found?.points, [at(1, 1), at(1 + gap, 1), at(2, 1)]);
});

test("a way of more than four times the straight line is refused", () => {
  const deep = (/** @type {number} */ depth) => graph(open("u", "river", [0, 0], [0, depth], [1, depth], [1, 0]));
  assert.ok(way(deep(1.4), at(0, 0), at(1, 0)));
  assert.equal(way(deep(1.6), at(0, 0), at(1, 0)), null);
});

test("the way leads round the open ground, not through ground that is taken on both sides", () => {
  // Two neighbours side by side; a straight line between them is shorter than the way round one of them.
  const left = ring("left", [0, 0], [1, 0], [1, 1], [0, 1]);
  const right = ring("right", [1, 0], [2, 0], [2, 1], [1, 1]);
  const found = way(graph(left, right), at(0.5, 0), at(0.5, 1));
  assert.deepEqual(found?.points, [at(0, 0), at(0, 1), at(0.5, 1)]);
});

test("away from all lines, or on one that is not joined, there is no way", () => {
  const two = graph(WEST, ring("far", [9, 9], [10, 9], [10, 10]));
  assert.equal(two.from(at(0.5, 0.5)), null);
  assert.equal(way(two, at(0, 0), at(9, 9)), null);
  assert.equal(way(two, at(0, 0), at(0.5, 0.5)), null);
  assert.equal(way(two, at(0, 0), at(0, 0)), null);
  assert.equal(graph().from(at(0, 0)), null);
});

/** Numbers that look random and are the same every time. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A grid of councils with crooked lines that share every vertex. @param {number} size @param {() => number} random */
function coverage(size, random) {
  /** @type {Map<string, Place>} */
  const corners = new Map();
  const corner = (/** @type {number} */ x, /** @type {number} */ y) => {
    const key = `${x},${y}`;
    if (!corners.has(key)) corners.set(key, at(x + 0.4 * (random() - 0.5), y + 0.4 * (random() - 0.5)));
    return /** @type {Place} */ (corners.get(key));
  };
  /** @type {Line[]} */
  const lines = [];
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) {
      const points = [corner(x, y), corner(x + 0.5, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1), corner(x, y)];
      const id = `${x},${y}`;
      // The half-way corner of the row above belongs to the council below as well, or the lines would differ.
      points.splice(4, 0, corner(x + 0.5, y + 1));
      lines.push({ points, id, name: id, kind: "territory" });
    }
  }
  return lines;
}

test("on any coverage a way only uses edges that are there, and is as long as they are", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = numbers(seed);
    const lines = coverage(5, random);
    const on = graph(...lines);
    const places = lines.flatMap(({ points }) => points);
    const pick = () => places[Math.floor(random() * places.length)];
    const edges = new Set(lines.flatMap(({ points }) => points.slice(1).flatMap((b, k) => [`${points[k]};${b}`, `${b};${points[k]}`])));
    for (let k = 0; k < 20; k++) {
      const [from, to] = [pick(), pick()];
      const found = way(on, from, to);
      if (!found) continue;
      const walked = [from, ...found.points];
      assert.ok(isSame(walked[walked.length - 1], to));
      let length = 0;
      for (let n = 1; n < walked.length; n++) {
        assert.ok(edges.has(`${walked[n - 1]};${walked[n]}`), `seed ${seed}`);
        length += distance(walked[n - 1], walked[n]);
      }
      assert.ok(isAbout(found.length, length));
      assert.ok(length <= LONGEST * distance(from, to));
      // It is as long the other way round.
      assert.ok(isAbout(way(on, to, from)?.length ?? 0, length));
    }
  }
});

test("a council that is missing is walked round with one tap a corner", () => {
  const lines = coverage(3, numbers(5));
  const missing = lines.splice(4, 1)[0];
  const on = graph(...lines);
  const corners = [0, 2, 3, 5].map((k) => missing.points[k]);
  const walked = [corners[0]];
  for (const to of [...corners.slice(1), corners[0]]) walked.push(...(way(on, walked[walked.length - 1], to)?.points ?? []));
  assert.deepEqual(walked, missing.points);
});

test("what weighs least is taken first", () => {
  const random = numbers(3);
  /** @type {Heap<number>} */
  const heap = new Heap();
  const weights = Array.from({ length: 200 }, random);
  for (const weight of weights) heap.put(weight, weight);
  assert.equal(heap.least, Math.min(...weights));
  assert.deepEqual(weights.map(() => heap.take()), [...weights].sort((a, b) => a - b));
  assert.equal(heap.take(), undefined);
  assert.equal(heap.least, Infinity);
});

test("no way leads twice through the same place: from two points, the way back goes round the other side", () => {
  const on = graph(WEST);
  const out = way(on, at(0, 0), at(1, 1));
  const back = on.from(at(1, 1), out?.points.slice(0, -1))?.to(at(0, 0));
  const all = new Set([...(out?.points ?? []), ...(back?.points ?? [])].map(String));
  assert.equal(all.size, (out?.points.length ?? 0) + (back?.points.length ?? 0));
  assert.deepEqual([...all].sort(), WEST.points.slice(1).map(String).sort());
});
