// @ts-check
/** Whether the server is there, told once for every change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "./connection.js";

/** @param {...(boolean | null)} found null: no answer at all */
function connection(...found) {
  /** @type {string[]} */
  const told = [];
  const made = new Connection(async () => {
    const next = found.shift();
    if (next === null || next === undefined) throw new TypeError("network");
    return new Response(null, { status: next ? 200 : 502 });
  }, 1);
  for (const name of ["lost", "back"]) made.addEventListener(name, () => told.push(name));
  return { made, told };
}

test("every change is told once", async () => {
  const { made, told } = connection(true, null, null, true);
  await made.look();
  assert.deepEqual(told, []);
  await made.look();
  await made.look();
  assert.deepEqual(told, ["lost"]);
  assert.equal(made.isLost, true);
  await made.look();
  assert.deepEqual(told, ["lost", "back"]);
});

test("a server behind a broken gateway is no server", async () => {
  const { made, told } = connection(false, true);
  await made.look();
  assert.deepEqual(told, ["lost"]);
  await made.look();
});

test("while it is lost it is looked for again", async () => {
  const { made } = connection(null, null, true);
  await made.look();
  await new Promise((resolve) => made.addEventListener("back", resolve));
  assert.equal(made.isLost, false);
});
