// @ts-check
/** Where a line parted from the one that is kept, and from the neighbours along it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BorderGraph } from "./graph.js";
import { NOTHING, begin, drop, insert, move, movedWith, remove, turnTo } from "./history.js";
import { movedAlong } from "./moved.js";
import { noded } from "./noding.js";
import { gridPlace } from "./shape.js";

/** @typedef {import("./history.js").Place} Place */

/** @param {number} x @param {number} y */
const at = (x, y) => gridPlace([-69.2 + x * 0.001, 10 + y * 0.001]);
/** @param {string} name @param {...[number, number]} places @returns {import("./noding.js").Line} */
const ring = (name, ...places) => ({ points: [...places, places[0]].map(([x, y]) => at(x, y)), id: name, name, kind: "territory" });
const GRAPH = new BorderGraph(noded([ring("east", [1, 0], [2, 0], [2, 1], [1, 1]), ring("north", [0, 1], [1, 1], [1, 2], [0, 2])]));
const KEPT = { ...NOTHING, points: [at(0, 0), at(1, 0), at(1, 1), at(0, 1)], closed: true };

/** @param {import("./history.js").Drawing} now */
const told = (now) => movedAlong(KEPT, now, GRAPH).map(({ line, neighbours }) => [line, [...neighbours.values()].sort()]);

test("a line that did not move has left nobody", () => {
  assert.deepEqual(told(KEPT), []);
  assert.deepEqual(movedAlong(null, KEPT, GRAPH), []);
  assert.deepEqual(told({ ...KEPT, points: [...KEPT.points.slice(2), ...KEPT.points.slice(0, 2)] }), []);
  assert.deepEqual(told({ ...KEPT, points: [...KEPT.points].reverse() }), []);
});

test("a corner that moved has left all who meet there", () => {
  assert.deepEqual(told(move(KEPT, 2, at(1.3, 1.2))), [[[at(1, 0), at(1.3, 1.2), at(0, 1)], ["east", "north"]]]);
});

test("a point pulled out of an edge has left whoever lies along it, on whichever turn of the ring", () => {
  const pulled = insert(KEPT, 2, at(1.2, 0.5));
  assert.deepEqual(told(pulled), [[[at(1, 0), at(1.2, 0.5), at(1, 1)], ["east"]]]);
  const [[line, names]] = told({ ...pulled, points: [...pulled.points].reverse() });
  assert.deepEqual([[.../** @type {Place[]} */ (line)].reverse(), names], [[at(1, 0), at(1.2, 0.5), at(1, 1)], ["east"]]);
});

test("a corner that was taken away, and a move on open ground", () => {
  assert.deepEqual(told(remove(KEPT, 2)), [[[at(1, 0), at(0, 1)], ["east", "north"]]]);
  assert.deepEqual(told(move(KEPT, 0, at(-0.2, -0.2))), []);
});

test("the neighbours are asked whatever ring is in hand, and undo is of that too", () => {
  const asked = movedWith(KEPT, true);
  const part = { ...begin(asked, false), points: [at(5, 5), at(6, 5), at(6, 6)], closed: true };
  assert.ok(part.together);
  assert.ok(turnTo(part, 0).together);
  assert.ok(drop(part).together);
  assert.deepEqual(movedWith(asked, false), KEPT);
});
