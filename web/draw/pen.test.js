// @ts-check
/** What taps do, without a browser: the page that they are done on is a few functions here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wayOf, pieceAt } from "./asking.js";
import { Desk } from "./desk.js";
import { BorderGraph } from "./graph.js";
import { add, close } from "./history.js";
import { noded } from "./noding.js";
import { Pen } from "./pen.js";
import { Words } from "./words.js";

/** @typedef {import("./history.js").Place} Place */

/** @type {Place[]} */
const RING = [[-69.2, 10], [-69.199, 10], [-69.198, 10.0005], [-69.199, 10.001], [-69.2, 10.001]];
const SENTENCES = Object.fromEntries(
  ["put.vertex", "put.edge", "put.free", "put.same", "followed", "followed.many", "followed.far", "removed", "chosen.what"].map((key) => [key, `${key} {number} {count}`]),
);

function table() {
  const line = { points: [...RING, RING[0]], id: "a", name: "El Ají", kind: /** @type {const} */ ("territory") };
  const graph = new BorderGraph(noded([line]));
  const desk = new Desk();
  /** @type {string[]} */
  const said = [];
  desk.listen((change) => said.push(change.said));
  const pen = new Pen(desk, new Words(SENTENCES, "es"), { graph: () => graph, tell: (sentence) => said.push(sentence) });
  const put = (/** @type {Place} */ place) => pen.put({ place, kind: "free", name: "" });
  return { desk, pen, put, said };
}

test("two taps on a neighbour's line lay all its points between, and one undo takes them back", () => {
  const { desk, put, said } = table();
  put(RING[1]);
  put(RING[3]);
  assert.deepEqual(desk.now.points, RING.slice(1, 4));
  assert.match(said[1], /^followed undefined 2/);
  desk.step("undo", "");
  assert.deepEqual(desk.now.points, [RING[1]]);
});

test("closing goes on along the line, round the other side, and adds the first point only once", () => {
  const { desk, pen, put } = table();
  put(RING[0]);
  put(RING[3]);
  pen.finish();
  assert.equal(desk.now.closed, true);
  assert.deepEqual(new Set(desk.now.points.map(String)), new Set(RING.map(String)));
  assert.equal(desk.now.points.length, RING.length);
});

test("a tap on the first point closes, and a second tap on the last adds nothing", () => {
  const { desk, put, said } = table();
  for (const place of RING.slice(0, 4)) put(place);
  put(RING[3]);
  assert.equal(said[said.length - 1].startsWith("put.same"), true);
  put(RING[0]);
  assert.deepEqual([desk.now.closed, desk.now.points.length], [true, 5]);
});

test("a free point is reached in a straight line, and so is everything while following is off", () => {
  const { desk, put } = table();
  put(RING[1]);
  put([-69.1985, 10.002]);
  assert.equal(desk.now.points.length, 2);
  const off = table();
  off.desk.follows = false;
  off.put(RING[1]);
  off.put(RING[3]);
  assert.deepEqual(off.desk.now.points, [RING[1], RING[3]]);
});

test("what is chosen stays while it exists", () => {
  const { desk, pen, put } = table();
  put(RING[0]);
  put([-69.2, 9.99]);
  pen.choose(1);
  assert.equal(desk.chosen, 1);
  pen.removeChosen();
  assert.deepEqual([desk.chosen, desk.now.points.length], [-1, 1]);
});

test("a closed line goes on from the point that is chosen", () => {
  const { desk, pen } = table();
  desk.to(close(add(desk.now, ...RING)));
  pen.choose(1);
  pen.reopen();
  assert.deepEqual([desk.now.closed, desk.now.points[4]], [false, RING[1]]);
});

test("a proposal is about the strip that holds the place, and its way is told by side", () => {
  const strip = { type: "MultiPolygon", coordinates: [[[...RING, RING[0]]]] };
  const pieces = [{ id: "line", strip: null }, { id: "strip", strip }];
  assert.equal(pieceAt(pieces, [-69.1995, 10.0005])?.id, "strip");
  assert.equal(pieceAt(pieces, [-69.1, 10]), null);
  assert.deepEqual([wayOf("ask", true), wayOf("ask", false)], ["to_left", "to_right"]);
  assert.deepEqual([wayOf("give", true), wayOf("give", false)], ["to_right", "to_left"]);
  assert.equal(wayOf("middle", true), "middle");
});
