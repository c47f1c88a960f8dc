// @ts-check
/** The parts of the drawing page that need no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { forget, keep, kept } from "./drafts.js";
import { History, NOTHING, add, close, insert, move, remove, reopen } from "./history.js";
import { areaOf, asText, gridPlace, lengthOf, onGrid, outline, polygon } from "./shape.js";
import { Neighbours } from "./snap.js";
import { Words } from "./words.js";

/** @typedef {import("./history.js").Place} Place */

/** @type {Place[]} */
const SQUARE = [[-69.2, 10], [-69.19, 10], [-69.19, 10.01], [-69.2, 10.01]];
const drawn = SQUARE.reduce(add, NOTHING);

test("every step can be taken back and done again", () => {
  const steps = [NOTHING, add(NOTHING, SQUARE[0]), drawn, close(drawn)];
  let history = steps.slice(1).reduce((past, step) => past.to(step), new History());
  for (const step of [...steps].reverse().slice(1)) {
    history = history.undo();
    assert.deepEqual(history.now, step);
  }
  assert.equal(history.undo(), history);
  for (const step of steps.slice(1)) {
    history = history.redo();
    assert.deepEqual(history.now, step);
  }
  assert.equal(history.redo(), history);
});

test("a new step forgets what was taken back, and the past is never changed", () => {
  const before = new History().to(drawn);
  const other = before.undo().to(add(NOTHING, SQUARE[2]));
  assert.equal(other.canRedo, false);
  assert.deepEqual(before.now, drawn);
});

test("points are inserted, moved and removed where they were asked for", () => {
  const five = insert(drawn, 1, [-69.195, 10]);
  assert.deepEqual(five.points[1], [-69.195, 10]);
  assert.deepEqual(remove(five, 1), drawn);
  assert.deepEqual(move(drawn, 0, [0, 0]).points, [[0, 0], ...SQUARE.slice(1)]);
  assert.deepEqual(reopen(close(drawn)), drawn);
});

test("fewer than three points close nothing, and a triangle that loses one opens again", () => {
  assert.equal(close(add(NOTHING, SQUARE[0])).closed, false);
  const triangle = close(remove(drawn, 3));
  assert.equal(triangle.closed, true);
  assert.equal(remove(triangle, 0).closed, false);
});

test("places lie on the grid that the server keeps", () => {
  assert.equal(onGrid(-69.123456789), -69.1234568);
  assert.deepEqual(gridPlace([0.1 + 0.2, 10]), [0.3, 10]);
});

test("areas and lengths are those of the ground, whichever way the line runs", () => {
  const [wide, high] = [0.01 * 111_320 * Math.cos((10 * Math.PI) / 180), 0.01 * 111_320];
  assert.ok(Math.abs(areaOf(SQUARE) / (wide * high) - 1) < 1e-3);
  assert.ok(Math.abs(areaOf([...SQUARE].reverse()) / areaOf(SQUARE) - 1) < 1e-3);
  assert.ok(Math.abs(lengthOf(SQUARE, true) / (2 * wide + 2 * high) - 1) < 1e-3);
  assert.ok(lengthOf(SQUARE, false) < lengthOf(SQUARE, true));
  assert.equal(areaOf([]), 0);
});

test("a drawing becomes a closed ring, and text with latitude first", () => {
  assert.deepEqual(polygon(SQUARE).coordinates[0].at(-1), SQUARE[0]);
  assert.equal(asText(SQUARE).split("\n")[0], "10.0000000, -69.2000000");
});

test("of a geometry with parts and holes the largest outline is taken", () => {
  const hole = [[-69.196, 10.004], [-69.196, 10.006], [-69.194, 10.006], [-69.196, 10.004]];
  const speck = [[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]];
  const coordinates = [[speck], [[...SQUARE, SQUARE[0]], hole]];
  assert.deepEqual(outline({ type: "MultiPolygon", coordinates }), SQUARE);
  assert.deepEqual(outline(polygon(SQUARE)), SQUARE);
});

test("a point near a vertex becomes that vertex, to the last digit", () => {
  const around = new Neighbours([polygon(SQUARE)]);
  assert.deepEqual(around.snap([-69.20001, 10.00001], 5), { place: SQUARE[0], kind: "vertex" });
});

test("a vertex wins over an edge that is nearer", () => {
  const around = new Neighbours([polygon(SQUARE)]);
  assert.equal(around.snap([-69.19997, 10.0000001], 5).kind, "vertex");
});

test("a point near an edge lands on it, and a far one stays where it is", () => {
  const around = new Neighbours([polygon(SQUARE)]);
  assert.deepEqual(around.snap([-69.195, 10.00002], 5), { place: [-69.195, 10], kind: "edge" });
  assert.deepEqual(around.snap([-69.195, 10.005], 5), { place: [-69.195, 10.005], kind: "free" });
  assert.equal(new Neighbours().snap([0, 0], 5).kind, "free");
});

test("edges across many cells are found along all their length", () => {
  /** @type {Place[]} */
  const long = [[-69.3, 9.9], [-69.1, 10.1], [-69.3, 10.1]];
  const around = new Neighbours([polygon(long)]);
  for (const at of [0.1, 0.37, 0.5, 0.93]) {
    assert.equal(around.snap([-69.3 + 0.2 * at, 9.9 + 0.2 * at], 3).kind, "edge");
  }
});

/** @returns {any} a storage in memory */
function storage(entries = /** @type {Record<string, string>} */ ({})) {
  return {
    getItem: (/** @type {string} */ key) => entries[key] ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void (entries[key] = value),
    removeItem: (/** @type {string} */ key) => void delete entries[key],
  };
}

test("a draft comes back whole, and is gone when it is discarded or emptied", () => {
  const store = storage();
  assert.equal(keep(store, close(drawn), { families: "200", kind: "urban" }), true);
  assert.deepEqual(kept(store)?.drawing, close(drawn));
  assert.equal(kept(store)?.facts.families, "200");
  forget(store);
  assert.equal(kept(store), null);
  keep(store, drawn, {});
  keep(store, NOTHING, {});
  assert.equal(kept(store), null);
});

test("a draft that is damaged or a browser that keeps nothing breaks nothing", () => {
  for (const text of ["", "{", "null", '{"drawing": {"points": [[1, "x"]]}}', '{"drawing": {"points": "no"}}']) {
    assert.equal(kept(storage({ "territory.draft": text })), null);
  }
  const full = { ...storage(), setItem: () => { throw new Error("full"); } };
  assert.equal(keep(full, drawn, {}), false);
});

test("numbers are written as the server writes them", () => {
  const spanish = new Words({ hello: "{area} de {name}" }, "es");
  assert.equal(spanish.say("hello", { area: spanish.area(1234), name: "todos" }), "1.234\u00a0m² de todos");
  assert.equal(spanish.area(54_321), "5,4\u00a0ha");
  assert.equal(new Words({}, "en").length(1234), "1.2\u00a0km");
  assert.throws(() => spanish.say("missing"), /missing/);
});
