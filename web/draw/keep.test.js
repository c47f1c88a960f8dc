// @ts-check
/** Drafts: kept whole, given back whole, and never overwritten by another page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../offline/memory.js";
import { History, NOTHING, add, begin, close, insert, move, remove, reopen } from "./history.js";
import { Keep, bringOver } from "./keep.js";
import { packed, unpacked } from "./steps.js";

/** @typedef {import("./history.js").Place} Place */
/** @typedef {import("./keep.js").Draft} Draft */

const FACTS = { families: "180", kind: "urban" };

/** The same numbers every time. @param {number} seed */
function dice(seed) {
  let state = seed;
  return (/** @type {number} */ most) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * most);
  };
}

/** A history as people make it: points, moves, holes, and some of it taken back. @param {number} seed @param {number} steps */
function drawnBy(seed, steps) {
  const roll = dice(seed);
  let history = new History();
  for (let k = 0; k < steps; k++) {
    const { now } = history;
    const at = roll(Math.max(1, now.points.length));
    /** @type {Place} */
    const place = [roll(1e6) / 1e4, roll(1e6) / 1e4];
    const ways = [
      () => history.to(add(now, place)),
      () => history.to(add(now, place, [place[0], 1])),
      () => history.to(insert(now, at, place)),
      () => (now.points.length ? history.to(move(now, at, place)) : history),
      () => (now.points.length ? history.to(remove(now, at)) : history),
      () => history.to(close(now)),
      () => (now.closed ? history.to(reopen(now, at)) : history),
      () => (now.closed ? history.to(begin(now, true)) : history),
      () => history.undo(),
      () => history.undo().undo().undo(),
      () => history.redo(),
    ];
    history = ways[roll(ways.length)]();
  }
  return history;
}

/** @param {History} history */
function plain({ past, now, future }) {
  return { past: [...past], now, future: [...future] };
}

/** @param {import("../offline/database.js").Table<Draft>} table */
function page(table) {
  let told = 0;
  const keep = new Keep(table, { onElsewhere: () => told++ });
  return { keep, told: () => told, close: () => keep.channel.close() };
}

test("any history comes back as it was, with what was taken back and what can be done again", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const history = drawnBy(seed, 60);
    assert.deepEqual(plain(unpacked(structuredClone(packed(history)))), plain(history), `seed ${seed}`);
  }
});

test("a long history takes little more than its points", () => {
  let history = new History();
  for (let k = 0; k < 400; k++) history = history.to(add(history.now, [k / 1e4, 10]));
  assert.ok(JSON.stringify(packed(history)).length < 400 * 120);
});

test("of a very long history the newest steps are kept", () => {
  let history = new History();
  for (let k = 0; k < 700; k++) history = history.to(add(history.now, [k / 1e4, 10]));
  const again = unpacked(packed(history));
  assert.equal(again.past.length, 500);
  assert.deepEqual(again.now, history.now);
});

test("a drawing is offered to the next page, with what was said of it and where it began", async () => {
  const table = /** @type {import("../offline/database.js").Table<Draft>} */ (tableOf());
  const [first, second] = [page(table), page(table)];
  const history = new History().to(add(NOTHING, [-69.2, 10]));
  const base = { id: "c-1", name: "El Ají", level: "council", replaces: "c-1", version: 3, may: ["draw"] };
  assert.equal(await first.keep.keep({ history, facts: FACTS, base }), true);
  const [draft] = await second.keep.others();
  assert.deepEqual([draft.facts, draft.base], [FACTS, base]);
  assert.deepEqual(plain(second.keep.take(draft)), plain(history));
  assert.deepEqual(await second.keep.others(), []);
  for (const each of [first, second]) each.close();
});

test("of two pages with one draft the newest change has it, the other is told and keeps its own", async () => {
  const table = /** @type {import("../offline/database.js").Table<Draft>} */ (tableOf());
  const [first, second] = [page(table), page(table)];
  const begun = new History().to(add(NOTHING, [-69.2, 10]));
  await first.keep.keep({ history: begun, facts: FACTS, base: null });
  const [draft] = await second.keep.others();
  const shared = second.keep.take(draft);
  const theirs = shared.to(add(shared.now, [-69.1, 10]));
  await second.keep.keep({ history: theirs, facts: FACTS, base: null });
  const mine = begun.to(add(begun.now, [-69.3, 10]));
  await first.keep.keep({ history: mine, facts: FACTS, base: null });
  const kept = (await table.all()).map(({ id, steps }) => [id, unpacked(steps).now]);
  assert.deepEqual(Object.fromEntries(kept), { [draft.id]: theirs.now, [first.keep.id]: mine.now });
  assert.equal(first.told(), 1);
  assert.equal(second.told(), 0);
  for (const each of [first, second]) each.close();
});

test("an empty drawing is not kept, and one that was emptied is forgotten", async () => {
  const table = /** @type {import("../offline/database.js").Table<Draft>} */ (tableOf());
  const { keep, close: done } = page(table);
  await keep.keep({ history: new History(), facts: FACTS, base: null });
  assert.deepEqual(await table.all(), []);
  const drawn = new History().to(add(NOTHING, [-69.2, 10]));
  await keep.keep({ history: drawn, facts: FACTS, base: null });
  await keep.keep({ history: drawn.to(NOTHING), facts: FACTS, base: null });
  assert.deepEqual(await table.all(), []);
  done();
});

test("changes that come faster than they are written leave the last one", async () => {
  const table = /** @type {import("../offline/database.js").Table<Draft>} */ (tableOf());
  const { keep, close: done } = page(table);
  let history = new History();
  const writes = [];
  for (let k = 0; k < 30; k++) {
    history = history.to(add(history.now, [k / 100, 10]));
    writes.push(keep.keep({ history, facts: FACTS, base: null }));
  }
  await Promise.all(writes);
  const [{ steps }] = await table.all();
  assert.deepEqual(plain(unpacked(steps)), plain(history));
  done();
});

test("a browser that keeps nothing is found out", async () => {
  const table = { ...tableOf(), change: () => Promise.reject(new Error("full")) };
  const { keep, close: done } = page(/** @type {any} */ (table));
  assert.equal(await keep.keep({ history: new History().to(add(NOTHING, [0, 0])), facts: FACTS, base: null }), false);
  done();
});

test("what an earlier version of the page kept is brought over once, and what nobody can draw is not", async () => {
  const ring = [[0, 0], [1, 0], [1, 1]];
  const drawing = { points: ring, closed: true, holes: [ring], parts: [[ring, ring]] };
  const old = { "territory.draft.a": JSON.stringify({ drawing, facts: FACTS, kept: "2026-11-20T10:00:00Z" }), "territory.draft.b": "{", other: "stays" };
  /** @type {any} */
  const storage = Object.create({
    getItem: (/** @type {keyof typeof old} */ key) => old[key],
    removeItem: (/** @type {string} */ key) => delete storage[key],
  });
  Object.assign(storage, old);
  const table = /** @type {import("../offline/database.js").Table<Draft>} */ (tableOf());
  await bringOver(storage, table);
  const [draft, ...more] = await table.all();
  assert.deepEqual(more, []);
  assert.deepEqual(unpacked(draft.steps).now.rest.map(({ isHole }) => isHole), [false, true, true]);
  assert.deepEqual(Object.keys(storage), ["other"]);
});
