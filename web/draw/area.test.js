// @ts-check
/** Areas kept on the phone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../offline/memory.js";
import { Areas, NotKept, territoriesIn } from "./area.js";

/** @typedef {import("./area.js").Area} Area */

/** @param {object} rest */
function answer(rest) {
  const features = ["territory", "territory", "river"].map((kind) => ({ properties: { kind } }));
  return { bounds: [-69.3, 10, -69.2, 10.1], made: "2026-11-21T10:00:00Z", territory: null, around: { features }, findings: [], ...rest };
}

/** @param {number} status @param {object} body */
function areas(status, body, table = /** @type {import("../offline/database.js").Table<Area>} */ (tableOf())) {
  /** @type {string[]} */
  const asked = [];
  /** @type {any} */
  const ask = async (/** @type {string} */ url) => {
    asked.push(url);
    if (!status) throw new TypeError("network");
    return new Response(JSON.stringify(body), { status });
  };
  return { kept: new Areas(table, "es", ask), asked, table };
}

test("an area is asked for by territory or by box, and kept with its name and size", async () => {
  const { kept, asked } = areas(200, answer({ territory: { id: "c-1", name: "El Ají" } }));
  const area = await kept.save({ territory: "c-1" });
  assert.equal(area.name, "El Ají");
  assert.equal(territoriesIn(area), 2);
  assert.ok(area.size > 100);
  await kept.save({ bbox: [-69.3, 10, -69.2, 10.1] });
  assert.deepEqual(asked.map((url) => decodeURIComponent(url)), [
    "/api/work-area?territory=c-1&lang=es",
    "/api/territories/c-1?lang=es",
    "/api/work-area?bbox=-69.3000,10.0000,-69.2000,10.1000&lang=es",
  ]);
  assert.deepEqual((await kept.all()).length, 2);
});

test("the newest area that holds the whole view is used, and none that holds a part of it", async () => {
  const table = /** @type {import("../offline/database.js").Table<Area>} */ (tableOf());
  await areas(200, answer({ made: "2026-11-20T10:00:00Z" }), table).kept.save({ territory: "old" });
  const { kept } = areas(200, answer({}), table);
  await kept.save({ territory: "new" });
  assert.equal((await kept.covering([-69.25, 10.02, -69.21, 10.05]))?.id, "new");
  assert.equal(await kept.covering([-69.25, 10.02, -69.1, 10.05]), null);
  await kept.forget("new");
  assert.equal((await kept.covering([-69.25, 10.02, -69.21, 10.05]))?.id, "old");
});

test("without a connection a territory is told as when its area was kept, and no other one", async () => {
  const { kept: good, table } = areas(200, answer({ territory: { id: "c-1", name: "El Ají" } }));
  await good.save({ territory: "c-1" });
  const { kept: lost } = areas(0, {}, table);
  assert.equal((await (await lost.territory("c-1")).json()).territory.name, "El Ají");
  await assert.rejects(lost.territory("c-2"));
});

test("an area that cannot be had says why, and leaves what was kept", async () => {
  const { kept: good, table } = areas(200, answer({}));
  await good.save({ territory: "c-1" });
  await assert.rejects(areas(422, { detail: "muchos" }, table).kept.save({ territory: "c-1" }), { why: "refused", message: "muchos" });
  await assert.rejects(areas(0, {}, table).kept.save({ territory: "c-1" }), { why: "unreachable" });
  const full = { ...table, change: () => Promise.reject(new Error("quota")) };
  await assert.rejects(areas(200, answer({}), full).kept.save({ territory: "c-1" }), (error) => error instanceof NotKept && error.why === "full");
  assert.equal((await good.all()).length, 1);
});
