// @ts-check
/** What becomes of a drawing that is saved, whatever the network does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../offline/memory.js";
import { Outbox } from "./outbox.js";

/** @typedef {import("./outbox.js").Sending} Sending */
/** @typedef {import("./outbox.js").Waiting} Waiting */

const WHOSE = {
  territory: { id: "c-1", name: "El Ají", level: "council", replaces: "c-1", version: 3, may: ["draw"] },
  draft: "d-1",
};

/** @param {string} name @param {object} [rest] @param {number} [version] @returns {Sending} */
function sending(name, rest = {}, version = 3) {
  const base = version ? { "If-Match": `"v${version}"` } : { "If-None-Match": "*" };
  return { url: "/api/territories/c-1/boundary", method: "PUT", headers: { "Idempotency-Key": name, ...base }, body: name, ...rest };
}

const OTHER = { url: "/api/territories/c-2/boundary" };

/** A server that answers what it is told to, and remembers what it was asked. @param {...(number | "lost" | [number, object])} answers */
function server(...answers) {
  /** @type {{ url: string, method: string, headers: Record<string, string>, body: string }[]} */
  const asked = [];
  /** @type {any} */
  const ask = async (/** @type {string} */ url, /** @type {any} */ options) => {
    asked.push({ url, ...options });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === "lost" || answer === undefined) throw new TypeError("network");
    const [status, body] = Array.isArray(answer) ? answer : [answer, {}];
    return new Response(JSON.stringify(body), { status });
  };
  return { asked, ask };
}

/** @param {ReturnType<typeof server>} served @param {import("../offline/database.js").Table<Waiting>} [table] */
function opened(served, table = tableOf()) {
  const outbox = new Outbox(table, served.ask);
  /** @type {string[]} */
  const told = [];
  for (const name of ["sent", "conflict", "barred", "refused"]) outbox.addEventListener(name, () => told.push(name));
  return { outbox, table, told };
}

test("what the server answers at once, whatever it says, is its sender's and no longer waits", async () => {
  for (const status of [201, 412, 401, 422]) {
    const { outbox, told } = opened(server([status, { version: 4 }]));
    assert.equal((await outbox.send(sending("a"), WHOSE)).status, status);
    assert.deepEqual(await outbox.waiting(), []);
    assert.deepEqual(told, []);
  }
});

test("without a connection it waits, and is sent as it was after a restart", async () => {
  const lost = server("lost");
  const { outbox, table } = opened(lost);
  await assert.rejects(outbox.send(sending("a"), WHOSE));
  const back = server([201, { version: 4 }]);
  const again = opened(back, table);
  assert.deepEqual((await again.outbox.waiting()).map(({ id, whose, state }) => [id, whose, state]), [["a", WHOSE, "waiting"]]);
  await again.outbox.sendAll();
  assert.deepEqual(await again.outbox.waiting(), []);
  assert.deepEqual(back.asked, lost.asked);
  assert.deepEqual(again.told, ["sent"]);
});

for (const [status, state] of /** @type {const} */ ([[412, "conflict"], [401, "barred"], [403, "barred"], [422, "refused"], [404, "refused"]])) {
  test(`what waited and is answered with ${status} stays as ${state}, with the sentence, and is not sent again unasked`, async () => {
    const served = server("lost", [status, { detail: "por esto", args: { newest: 5 } }]);
    const { outbox, told } = opened(served);
    await assert.rejects(outbox.send(sending("a"), WHOSE));
    await outbox.sendAll();
    const [item] = await outbox.waiting();
    assert.deepEqual([item.state, item.problem?.detail], [state, "por esto"]);
    assert.deepEqual(told, [state]);
    await outbox.sendAll();
    assert.equal(served.asked.length, 2);
    await outbox.sendAll(() => true);
    assert.equal(served.asked.length, 3);
  });
}

for (const status of [429, 500, 503]) {
  test(`after ${status} it waits for another time`, async () => {
    const { outbox, told } = opened(server(status, [201, { version: 4 }]));
    await assert.rejects(outbox.send(sending("a"), WHOSE));
    await outbox.sendAll();
    assert.deepEqual(told, ["sent"]);
  });
}

test("a line saved again after its first try was lost follows on from that one, and does not fight it", async () => {
  for (const version of [3, 0]) {
    const served = server("lost", "lost", [201, { version: 4 }], [201, { version: 5 }]);
    const { outbox, told } = opened(served);
    await assert.rejects(outbox.send(sending("a", {}, version), WHOSE));
    await assert.rejects(outbox.send(sending("b", {}, version), WHOSE));
    await outbox.sendAll();
    assert.deepEqual(told, ["sent", "sent"]);
    assert.deepEqual(served.asked.slice(2).map(({ body }) => body), ["a", "b"]);
    assert.equal(served.asked[3].headers["If-Match"], '"v4"');
    assert.equal(served.asked[3].headers["If-None-Match"], undefined);
  }
});

test("a new drawing takes the place of one that was refused, and of no other territory's", async () => {
  const { outbox } = opened(server("lost", "lost", 422, 422, "lost"));
  await assert.rejects(outbox.send(sending("a"), WHOSE));
  await assert.rejects(outbox.send(sending("b", OTHER), WHOSE));
  await outbox.sendAll();
  await assert.rejects(outbox.send(sending("c", {}, 5), WHOSE));
  assert.deepEqual((await outbox.waiting()).map(({ id, state }) => [id, state]).sort(), [["b", "refused"], ["c", "waiting"]]);
});

test("while there is no connection the rest is not tried", async () => {
  const served = server("lost");
  const { outbox } = opened(served);
  await assert.rejects(outbox.send(sending("a"), WHOSE));
  await assert.rejects(outbox.send(sending("b", OTHER), WHOSE));
  await outbox.sendAll();
  assert.equal(served.asked.length, 3);
});

test("what is taken off the list is not sent", async () => {
  const served = server("lost");
  const { outbox } = opened(served);
  await assert.rejects(outbox.send(sending("a"), WHOSE));
  await outbox.forget("a");
  await outbox.sendAll();
  assert.equal(served.asked.length, 1);
});

test("a browser that keeps nothing sends all the same", async () => {
  const full = { ...tableOf(), change: () => Promise.reject(new Error("full")) };
  const { outbox } = opened(server([201, {}]), /** @type {any} */ (full));
  assert.equal((await outbox.send(sending("a"), WHOSE)).status, 201);
});
