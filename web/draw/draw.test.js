// @ts-check
/** The parts of the drawing page that need no browser. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Checker } from "./check.js";
import { History, NOTHING, add, begin, close, drop, insert, isWhole, move, remove, reopen, turnTo } from "./history.js";
import {
  areaOf, asText, boundaryOf, drawingOf, gridPlace, groundOf, isInside, isSame, lengthOf, lineOf, metres, onGrid, outlineOf,
} from "./shape.js";
import { BorderGraph } from "./graph.js";
import { noded } from "./noding.js";
import { snap } from "./snap.js";
import { Words, balanced } from "./words.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./history.js").Drawing} Drawing */

/** @type {Place[]} */
const SQUARE = [[-69.2, 10], [-69.19, 10], [-69.19, 10.01], [-69.2, 10.01]];
const drawn = add(NOTHING, ...SQUARE);

/** @param {readonly Place[]} points */
function ring(points) {
  return [...points, points[0]];
}

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
  assert.deepEqual(insert(drawn, 4, [-69.2, 10.005]).points[4], [-69.2, 10.005]);
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
  assert.ok(isSame(gridPlace([-69.20000001, 10]), SQUARE[0]));
});

test("a degree is as long as on the ellipsoid", () => {
  // Pyproj's geodesics: a hundredth of a degree at 10° N, and at the equator.
  assert.ok(Math.abs(metres([-69.19, 10], [-69.2, 10])[0] - 1096.394) < 0.005);
  assert.ok(Math.abs(metres([-69.2, 10.01], [-69.2, 10])[1] - 1106.078) < 0.005);
  assert.ok(Math.abs(metres([0.01, 0], [0, 0])[0] - 1113.195) < 0.01);
});

test("areas and lengths are those of the ground, whichever way the line runs", () => {
  const [wide, high] = metres(SQUARE[2], SQUARE[0]);
  assert.ok(Math.abs(areaOf(SQUARE) / (wide * high) - 1) < 1e-4);
  assert.ok(Math.abs(areaOf([...SQUARE].reverse()) / areaOf(SQUARE) - 1) < 1e-4);
  assert.ok(Math.abs(lengthOf(SQUARE, true) / (2 * wide + 2 * high) - 1) < 1e-4);
  assert.ok(lengthOf(SQUARE, false) < lengthOf(SQUARE, true));
  assert.equal(areaOf([]), 0);
});

test("a drawing becomes a closed ring, a line, a point, and text with latitude first", () => {
  assert.deepEqual(boundaryOf(close(drawn)), { type: "Polygon", coordinates: [ring(SQUARE)] });
  assert.deepEqual(lineOf(SQUARE), { type: "LineString", coordinates: SQUARE });
  assert.deepEqual(lineOf([SQUARE[0]]), { type: "Point", coordinates: SQUARE[0] });
  assert.equal(asText(SQUARE).split("\n")[0], "10.0000000, -69.2000000");
});

/** @type {Place[]} */
const HOLE = [[-69.196, 10.004], [-69.196, 10.006], [-69.194, 10.006]];
/** @type {Place[]} */
const SPECK = [[0, 0], [0.001, 0], [0.001, 0.001]];

test("all rings of a boundary can be drawn on, the largest outline first, and become the same boundary again", () => {
  const geometry = { type: "MultiPolygon", coordinates: [[ring(SPECK)], [ring(SQUARE), ring(HOLE)]] };
  const taken = drawingOf(geometry);
  assert.deepEqual(taken.points, SQUARE);
  assert.deepEqual(taken.rest, [
    { points: SPECK, closed: true, isHole: false },
    { points: HOLE, closed: true, isHole: true },
  ]);
  assert.deepEqual(boundaryOf(taken).coordinates, [[ring(SPECK)], [ring(SQUARE), ring(HOLE)]]);
  // A hole stays with its outline, whichever ring is in hand.
  for (const k of [0, 1]) {
    const other = turnTo(taken, k);
    const coordinates = [...boundaryOf(other).coordinates].sort((a, b) => a.length - b.length);
    assert.deepEqual(coordinates, [[ring(SPECK)], [ring(SQUARE), ring(HOLE)]]);
  }
  assert.deepEqual(drawingOf(boundaryOf(close(drawn))), close(drawn));
  assert.deepEqual(drawingOf({ type: "MultiPolygon", coordinates: [] }), NOTHING);
});

test("a hole or another part is begun, drawn, laid aside, taken up and dropped", () => {
  const begun = begin(close(drawn), true);
  assert.deepEqual([begun.points.length, begun.isHole, begun.rest.length], [0, true, 1]);
  assert.equal(isWhole(close(drawn)), true);
  assert.equal(isWhole(begun), true);
  assert.equal(isWhole(add(begun, ...HOLE)), false);
  const holed = close(add(begun, ...HOLE));
  assert.deepEqual(boundaryOf(holed).coordinates, [ring(SQUARE), ring(HOLE)]);
  assert.ok(Math.abs(groundOf(holed) + areaOf(HOLE) - areaOf(SQUARE)) < 1e-6);
  assert.ok(Math.abs(outlineOf(holed) - lengthOf(HOLE, true) - lengthOf(SQUARE, true)) < 1e-6);
  assert.deepEqual(turnTo(holed, 0).points, SQUARE);
  assert.deepEqual(drop(holed), close(drawn));
  assert.deepEqual(drop(close(drawn)), NOTHING);
  // An empty ring that was begun by mistake is not laid aside.
  assert.deepEqual(turnTo(begun, 0), close(drawn));
  assert.equal(isWhole(close(add({ ...NOTHING, isHole: true }, ...HOLE))), false);
});

test("a closed line goes on after the point where it was opened", () => {
  assert.deepEqual(reopen(close(drawn), 1).points, [SQUARE[2], SQUARE[3], SQUARE[0], SQUARE[1]]);
  assert.deepEqual(boundaryOf(close(reopen(close(drawn), 3))), boundaryOf(close(drawn)));
});

test("a place is inside a ring or not, whichever way it runs", () => {
  for (const points of [SQUARE, [...SQUARE].reverse()]) {
    assert.equal(isInside([-69.195, 10.005], points), true);
    assert.equal(isInside([-69.205, 10.005], points), false);
  }
});

/** @param {readonly Place[]} points @param {string} name @param {any} [kind] @returns {import("./noding.js").Line} */
function line(points, name, kind = "territory") {
  return { points, id: name, name, kind };
}

/** @param {...import("./noding.js").Line} lines */
function graphOf(...lines) {
  return new BorderGraph(noded(lines));
}

const around = graphOf(line(ring(SQUARE), "Los Caobos")).cells;

test("a point near a vertex becomes that vertex, to the last digit, and says whose it is", () => {
  assert.deepEqual(snap(around, [-69.20001, 10.00001], 5), { place: SQUARE[0], kind: "vertex", name: "Los Caobos" });
});

test("a vertex wins over an edge that is nearer", () => {
  assert.equal(snap(around, [-69.19997, 10.0000001], 5).kind, "vertex");
});

test("a point near an edge lands on it, and a far one stays where it is", () => {
  assert.deepEqual(snap(around, [-69.195, 10.00002], 5), { place: [-69.195, 10], kind: "edge", name: "Los Caobos" });
  assert.deepEqual(snap(around, [-69.195, 10.005], 5), { place: [-69.195, 10.005], kind: "free", name: "" });
  assert.equal(snap(graphOf().cells, [0, 0], 5).kind, "free");
});

test("a neighbour's line wins over a municipal line that is nearer, which counts where no neighbour is", () => {
  const municipal = line(SQUARE.map(([lon, lat]) => gridPlace([lon + 0.00003, lat + 0.00003])), "Palavecino", "municipality");
  const both = graphOf(line(ring(SQUARE), "Los Caobos"), municipal).cells;
  assert.equal(snap(both, [-69.19997, 10.00003], 8).name, "Los Caobos");
  assert.deepEqual(snap(graphOf(municipal).cells, [-69.19997, 10.00003], 8).name, "Palavecino");
  // Where both run along one edge, it is the neighbour's.
  const same = graphOf(line(ring(SQUARE), "Palavecino", "municipality"), { ...line(ring(SQUARE), "Los Caobos"), id: "c" }).cells;
  assert.equal(snap(same, [-69.195, 10.00001], 8).name, "Los Caobos");
});

test("edges across many cells are found along all their length, from both sides", () => {
  /** @type {Place[]} */
  const long = [[-69.3, 9.9], [-69.1, 10.1], [-69.3, 10.1]];
  const wide = graphOf(line(ring(long), "")).cells;
  for (const at of [0.1, 0.37, 0.5, 0.93]) {
    const on = [-69.3 + 0.2 * at, 9.9 + 0.2 * at];
    for (const off of [-0.00002, 0.00002]) assert.equal(snap(wide, [on[0] + off, on[1]], 3).kind, "edge");
  }
});

test("numbers are written as the server writes them", () => {
  const spanish = new Words({ hello: "{area} de {name}" }, "es");
  assert.equal(spanish.say("hello", { area: spanish.area(1234), name: "todos" }), "1.234\u00a0m² de todos");
  assert.equal(spanish.area(54_321), "5,4\u00a0ha");
  assert.equal(new Words({}, "en").length(1234), "1.2\u00a0km");
  assert.equal(spanish.list(["1 error", "2 avisos", "3 datos"]), "1 error, 2 avisos y 3 datos");
  assert.throws(() => spanish.say("missing"), /missing/);
});

test("long names are written on lines of about the same length", () => {
  assert.equal(balanced("Consejo Comunal Los Caobos de la Montaña"), "Consejo Comunal\nLos Caobos de la\nMontaña");
  assert.equal(balanced("Ataroa"), "Ataroa");
  assert.equal(balanced(""), "");
});

/** @param {(signal: AbortSignal) => Promise<any>} answer what the server does */
function checking(answer) {
  /** @type {any[]} */
  const heard = [];
  const listener = {
    asking: () => heard.push("asking"),
    answered: (/** @type {any} */ said) => heard.push(said),
    refused: (/** @type {string | null} */ said) => heard.push({ refused: said }),
  };
  mock.method(globalThis, "fetch", (/** @type {string} */ _url, /** @type {any} */ { signal }) => answer(signal));
  return { checker: new Checker("/api/check", listener), heard };
}

/** @param {number} ms */
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("many changes in a row are asked about once, and an emptied drawing not at all", async () => {
  let asked = 0;
  const { checker, heard } = checking(async () => ({ ok: true, json: async () => ++asked }));
  for (let k = 0; k < 5; k++) checker.ask({ k });
  await after(400);
  assert.deepEqual(heard, ["asking", 1]);
  checker.ask({});
  checker.ask(null);
  await after(400);
  assert.deepEqual(heard, ["asking", 1]);
});

test("an answer that comes after the next change is not shown", async () => {
  /** @type {((answer: any) => void)[]} */
  const waiting = [];
  const { checker, heard } = checking(() => new Promise((resolve) => waiting.push(resolve)));
  checker.ask({ name: "old" });
  await after(300);
  checker.ask({ name: "new" });
  await after(300);
  waiting[1]({ ok: true, json: async () => "new" });
  waiting[0]({ ok: true, json: async () => "old" });
  await after(10);
  assert.deepEqual(heard, ["asking", "asking", "new"]);
});

test("a refusal is passed on in the server's words, and silence as silence", async () => {
  const refusing = checking(async () => ({ ok: false, json: async () => ({ detail: "No." }) }));
  refusing.checker.ask({});
  await after(300);
  assert.deepEqual(refusing.heard, ["asking", { refused: "No." }]);
  const away = checking(async () => { throw new TypeError("no network"); });
  away.checker.ask({});
  await after(300);
  assert.deepEqual(away.heard, ["asking", { refused: null }]);
});
