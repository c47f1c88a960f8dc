// @ts-check
/** Affine maps through three pairs of points. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applied, faultOf, then, through } from "./affine.js";

/** @typedef {import("./affine.js").Affine} Affine */
/** @typedef {import("./affine.js").Pair} Pair */

/** @param {readonly number[]} is @param {readonly number[]} wanted */
function near(is, wanted) {
  is.forEach((value, k) => assert.ok(Math.abs(value - wanted[k]) <= 1e-6 * Math.max(1, Math.abs(wanted[k])), `${is} is not ${wanted}`));
}

/** A photo turned by an angle, of a scale, its y downwards, that lies somewhere on the map. @param {number} angle @param {number} scale @returns {Affine} */
function placed(angle, scale) {
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  return [cos, sin, sin, -cos, -7_700_000, 1_120_000];
}

const CORNERS = [[0, 0], [2000, 0], [2000, 1500], [0, 1500]];
const THREE = [[300, 200], [1700, 350], [900, 1300]];

/** @param {Affine} map @param {readonly (readonly number[])[]} [points] @returns {Pair[]} */
function pairs(map, points = THREE) {
  return points.map((point) => [point, applied(map, point)]);
}

for (const angle of [0, 0.4, 1.9, 3.1, -2.2]) {
  test(`three places bring every corner of a photo where it belongs (${angle})`, () => {
    const map = placed(angle, 0.8);
    const found = through(pairs(map));
    for (const corner of CORNERS) near(applied(found, corner), applied(map, corner));
    assert.equal(faultOf(pairs(map)), null);
  });
}

test("a sheet seen from the side is stretched back, as far as three places can", () => {
  const map = /** @type {Affine} */ ([0.7, 0.1, 0.4, -1.1, 5, 6]);
  near(through(pairs(map)), map);
  assert.equal(faultOf(pairs(map)), null);
});

test("maps follow each other as they are applied", () => {
  const [one, other] = [placed(0.3, 2), /** @type {Affine} */ ([1, 2, -3, 0.5, 7, 8])];
  for (const point of CORNERS) near(applied(then(one, other), point), applied(other, applied(one, point)));
});

test("three places on one line, on the photo or on the map, tell nothing of the rest", () => {
  assert.equal(faultOf(pairs(placed(0, 1), [[0, 0], [1000, 1000], [2000, 2010]])), "line");
  const map = placed(0, 1);
  const onRoad = THREE.map((point, k) => /** @type {Pair} */ ([point, applied(map, [500 * k, 300 * k])]));
  assert.equal(faultOf(onRoad), "line");
  assert.equal(faultOf(pairs(map, [[5, 5], [5, 5], [5, 5]])), "line");
});

test("places that go round the other way are those of a mirror", () => {
  const [p, q, r] = pairs(placed(1, 1));
  assert.equal(faultOf([[p[0], q[1]], [q[0], p[1]], r]), "mirror");
});

test("a photo that is stretched far more one way than the other is told", () => {
  assert.equal(faultOf(pairs([1, 0, 0, -4, 0, 0])), "stretched");
  assert.equal(faultOf(pairs([1, 0, 0, -2, 0, 0])), null);
});
