import assert from "node:assert/strict";
import test from "node:test";
import { becameOf, deedsOf, isSame, lookOf, reasonsOf, speakerOf, wordOf } from "./stretch.js";

const said = (more = {}) => ({ id: "l1", revision: 1, left: "a", right: "b", state: "proposed", proposed_by: "a", way: null, reasons: null, ...more });
const piece = (more = {}) => ({ id: "p1", kind: "matched", state: "unasked", stretch: null, ...more });
const told = (state, more = {}, kind = "matched") => piece({ kind, state, stretch: said({ state, ...more }) });

test("ground that two claim is contested before anybody says so", () => {
  assert.equal(lookOf(piece({ kind: "overlap" })), "contested");
  assert.equal(lookOf(piece({ kind: "gap" })), "unasked");
  assert.equal(lookOf(told("agreed", {}, "overlap")), "agreed");
  assert.equal(lookOf(told("unanswered")), "proposed");
  assert.equal(lookOf(told("objected")), "contested");
});

test("every state has its word", () => {
  assert.equal(wordOf(piece({ kind: "gap" })), "short.unasked.gap");
  assert.equal(wordOf(told("disagreed", {}, "overlap")), "short.disagreed");
});

test("who proposes may withdraw, and the other side answers", () => {
  assert.deepEqual(deedsOf(piece(), "a"), ["propose.line"]);
  assert.deepEqual(deedsOf(told("proposed"), "a"), ["withdraw"]);
  assert.deepEqual(deedsOf(told("proposed"), "b"), ["accept", "object"]);
  assert.deepEqual(deedsOf(told("proposed", { way: "middle" }, "overlap"), "b"), ["accept", "object", "disagree"]);
  assert.deepEqual(deedsOf(told("proposed", { way: "disagree" }, "overlap"), "b"), ["accept", "object"]);
});

test("silence closes nothing and agrees to nothing", () => {
  assert.deepEqual(deedsOf(told("unanswered"), "a"), ["propose.line", "withdraw"]);
  assert.deepEqual(deedsOf(told("unanswered", { way: "middle" }, "gap"), "b"), ["accept", "object", "disagree", "propose"]);
});

test("what was objected to or left unsettled can be proposed anew by either side, what is agreed cannot", () => {
  for (const side of ["a", "b"]) {
    assert.deepEqual(deedsOf(told("objected"), side), ["propose.line"]);
    assert.deepEqual(deedsOf(told("disagreed", {}, "overlap"), side), ["propose"]);
    assert.deepEqual(deedsOf(told("agreed"), side), []);
  }
});

test("reasons of an objection are those of who objects", () => {
  assert.equal(speakerOf(said()), "a");
  assert.equal(speakerOf(said({ state: "objected" })), "b");
  assert.equal(speakerOf(said({ state: "objected", proposed_by: "b" })), "a");
  const history = [
    said({ reasons: "first" }),
    said({ state: "objected", reasons: "no" }),
    said({ reasons: "second" }),
    said({ state: "agreed", reasons: null }),
  ];
  assert.equal(reasonsOf(history, "a"), "second");
  assert.equal(reasonsOf(history, "b"), "no");
  assert.equal(reasonsOf([said()], "b"), null);
});

test("a piece is known again by what is said of it, or else by its lines", () => {
  const before = told("proposed");
  const now = { ...told("objected"), id: "p2" };
  assert.equal(becameOf([piece(), now], before), now);
  assert.equal(becameOf([piece()], before)?.id, "p1");
  assert.equal(becameOf([{ ...piece(), id: "p3" }], before), null);
  assert.equal(becameOf([{ ...piece(), id: "p3" }], piece()), null);
});

test("another proposal of the same ground is a change, whatever its number", () => {
  assert.ok(isSame(piece(), piece()));
  assert.ok(isSame(told("proposed"), told("proposed")));
  assert.ok(!isSame(told("proposed"), told("proposed", { id: "l2" })));
  assert.ok(!isSame(told("proposed"), told("proposed", { revision: 2 })));
  assert.ok(!isSame(told("proposed"), piece()));
});
