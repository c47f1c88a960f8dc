// @ts-check
/** What a walk leaves: fixes that count, a line that keeps its corners, and how sure it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING, History, madeOf } from "./history.js";
import { areaOf, distance, nearestOn, onGrid } from "./shape.js";
import { packed, unpacked } from "./steps.js";
import { LIMIT_M, finished, judged, simplified, takenSince, toleranceOf, walkedOn } from "./track.js";

/** @typedef {import("./history.js").Place} Place */

const HOME = /** @type {Place} */ ([-69.2, 10]);
const [EAST, NORTH] = [1 / 109_640, 1 / 110_600];

/** @param {number} x @param {number} y metres from home @returns {Place} */
function at(x, y) {
  return [onGrid(HOME[0] + x * EAST), onGrid(HOME[1] + y * NORTH)];
}

/** Numbers from 0 to 1, the same every time. @param {number} seed */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Somebody goes round a square of this side, with a step every few metres and a signal that trembles.
 * @param {number} side @param {number} step @param {number} tremble metres @param {number} seed
 */
function round(side, step, tremble, seed) {
  const random = chance(seed);
  const corners = [[0, 0], [side, 0], [side, side], [0, side], [0, 0]];
  const places = corners.slice(1).flatMap(([x1, y1], k) => {
    const [x0, y0] = corners[k];
    const count = Math.round(side / step);
    return Array.from({ length: count }, (_, n) => [x0 + ((x1 - x0) * n) / count, y0 + ((y1 - y0) * n) / count]);
  });
  const off = () => tremble * (2 * random() - 1);
  return places.map(([x, y]) => ({ place: at(x + off(), y + off()), accuracy: 2 * tremble + 2 }));
}

/** @param {readonly import("./history.js").Fix[]} fixes */
function walk(fixes) {
  let drawing = NOTHING;
  for (const fix of fixes) {
    if (judged(fix, drawing.points[drawing.points.length - 1]) === "taken") drawing = walkedOn(drawing, fix);
  }
  return drawing;
}

test("a fix that is less sure than the limit does not count, and one without a number neither", () => {
  assert.equal(judged({ place: HOME, accuracy: LIMIT_M }, undefined), "taken");
  assert.equal(judged({ place: HOME, accuracy: LIMIT_M + 0.1 }, undefined), "weak");
  assert.equal(judged({ place: HOME, accuracy: Number.NaN }, undefined), "weak");
});

test("who stands still makes no points", () => {
  assert.equal(judged({ place: at(4, 0), accuracy: 10 }, HOME), "still");
  assert.equal(judged({ place: at(6, 0), accuracy: 10 }, HOME), "taken");
  assert.equal(judged({ place: HOME, accuracy: 0.1 }, HOME), "still");
});

for (const seed of [1, 2, 3, 4, 5]) {
  test(`a trembling walk round a square keeps its corners and its area (${seed})`, () => {
    const drawing = finished(walk(round(200, 7, 2, seed)));
    assert.ok(drawing?.closed);
    assert.ok(drawing.points.length >= 4 && drawing.points.length <= 16, `${drawing.points.length} points`);
    for (const corner of [at(0, 0), at(200, 0), at(200, 200), at(0, 200)]) {
      assert.ok(Math.min(...drawing.points.map((point) => distance(point, corner))) < 10);
    }
    assert.ok(Math.abs(areaOf(drawing.points) - 40_000) < 0.04 * 40_000);
    assert.deepEqual(drawing.made, { method: "walked", accuracy_m: 6 });
    assert.equal("track" in drawing, false);
  });

  test(`no point that was dropped lies farther from the line than the tolerance (${seed})`, () => {
    const ring = round(150, 5, 4, seed).map(({ place }) => place);
    const kept = simplified(ring, 5);
    const edges = kept.map((point, k) => [point, kept[(k + 1) % kept.length]]);
    for (const place of ring) assert.ok(Math.min(...edges.map(([a, b]) => nearestOn(place, a, b).away)) <= 5.001);
    assert.ok(kept.every((point) => ring.includes(point)));
  });
}

test("points that were not walked stay, to the last digit", () => {
  const [corner, onEdge] = [at(200, 0), at(100, 0.1)];
  const drawn = { ...NOTHING, points: [HOME, onEdge, corner] };
  const drawing = finished([at(200, 100), at(200, 200), at(100, 200), at(0, 200), at(0, 100)].reduce((line, place) => walkedOn(line, { place, accuracy: 8 }), drawn));
  assert.deepEqual(drawing?.points, [HOME, onEdge, corner, at(200, 200), at(0, 200)]);
});

test("who walks past the beginning closes there all the same", () => {
  const fixes = [...round(100, 10, 0, 1), { place: at(1, 1), accuracy: 4 }, { place: at(3, 2), accuracy: 4 }];
  const drawing = finished(fixes.reduce(walkedOn, NOTHING));
  assert.deepEqual(drawing?.points, [at(0, 0), at(100, 0), at(100, 100), at(0, 100)]);
});

test("a way there and back goes round no ground", () => {
  assert.equal(finished(walk(round(100, 10, 0, 1).slice(0, 8))), null);
  assert.equal(finished(NOTHING), null);
});

test("the tolerance comes from what the signal was usually sure of, within limits", () => {
  const of = (/** @type {number[]} */ ...metres) => toleranceOf(metres.map((accuracy) => ({ place: HOME, accuracy })));
  assert.equal(of(4, 6, 29), 3);
  assert.equal(of(0.5), 1);
  assert.equal(of(30, 30), 10);
});

test("a walked line that is closed by hand was walked all the same, and its least sure ring speaks for all", () => {
  const open = walk(round(100, 10, 1, 1));
  assert.deepEqual(madeOf({ ...open, closed: true }), { method: "walked", accuracy_m: 4 });
  const other = { points: [], closed: true, isHole: false, made: /** @type {const} */ ({ method: "walked", accuracy_m: 12 }) };
  assert.equal(madeOf({ ...open, rest: [other] })?.accuracy_m, 12);
  assert.equal(madeOf(NOTHING), undefined);
});

test("a kept walk comes back with its track and all its steps, and nothing of when", () => {
  let history = new History();
  for (const fix of round(100, 20, 1, 3)) history = history.to(walkedOn(history.now, fix));
  const closed = finished(history.now);
  assert.ok(closed);
  history = history.to(closed);
  const again = unpacked(structuredClone(packed(history)));
  assert.deepEqual(again.now.points, closed.points);
  assert.equal(again.now.track, undefined);
  assert.deepEqual(again.undo().now, history.undo().now);
  assert.ok(!/time|stamp/.test(JSON.stringify(packed(history))));
});

test("a fix from before a moment does not count, and every newer one does, whatever the phone's clock says", () => {
  const onTime = takenSince(1_000);
  assert.deepEqual([900, 900, 1_000, 2_000].map(onTime), [false, false, true, true]);
  const late = takenSince(1_000_000);
  assert.deepEqual([500, 1_500, 2_500].map(late), [false, true, true]);
});
