// @ts-check
/** What is kept on this phone, and what waits to leave it, as lists on the drawing page. */
import { NotKept, territoriesIn } from "../draw/area.js";
import { isWhole, ringsOf } from "../draw/history.js";
import { $, button, item, on, show, sure } from "../draw/page.js";
import { areaOf } from "../draw/shape.js";
import { unpacked } from "../draw/steps.js";

/** @typedef {import("../draw/words.js").Words} Words */
/** @typedef {import("../draw/area.js").Area} Area */
/** @typedef {import("../draw/outbox.js").Waiting} Waiting */
/** @typedef {import("../draw/keep.js").Draft} Draft */
/** @typedef {{ territory: string } | { bbox: import("../draw/around.js").Bounds }} Where */

/** What earlier visits left, offered to go on with.
 * @param {import("../draw/keep.js").Keep} keep @param {Words} words of the section "offline"
 * @param {(draft: Draft) => void} resume
 */
export async function offerDrafts(keep, words, resume) {
  async function offer() {
    const left = await keep.others().catch(() => []);
    const rows = left.map((draft) => {
      const sentence = document.createElement("p");
      sentence.textContent = told(draft, words);
      const buttons = document.createElement("p");
      buttons.className = "buttons";
      const taken = () => {
        show("draft", false, "map");
        resume(draft);
      };
      buttons.append(button(words.say("draft.yes"), taken, ""), button(words.say("draft.no"), () => discard(draft)));
      return item(sentence, buttons);
    });
    // The newest is what somebody was just at; the map needs the room of the others.
    const [newest, ...older] = rows;
    const rest = document.createElement("details");
    const title = document.createElement("summary");
    title.textContent = words.say("draft.older", { count: older.length });
    const list = document.createElement("ul");
    list.append(...older);
    rest.append(title, list);
    $("drafts").replaceChildren(...(newest ? [newest] : []), ...(older.length ? [item(rest)] : []));
    show("draft", rows.length > 0, "map");
  }

  /** @param {Draft} draft */
  async function discard(draft) {
    if (!(await sure(words.say("draft.sure"), words.say("draft.sure.text", { what: told(draft, words) }), words.say("draft.no")))) return;
    await keep.forget(draft.id);
    await offer();
  }

  await offer();
}

/** What a draft is of, from when and how large. @param {Draft} draft @param {Words} words */
function told({ base, kept, steps }, words) {
  const { now } = unpacked(steps);
  const rings = ringsOf(now);
  const what = base ? words.say("draft.of", { name: base.name }) : words.say("draft.new");
  const count = rings.reduce((sum, { points }) => sum + points.length, 0);
  const when = dayOf(kept, words);
  if (!isWhole(now)) return words.say("draft.open", { what, when, count });
  const area = rings.reduce((sum, { points, isHole }) => sum + (isHole ? -1 : 1) * areaOf(points), 0);
  return words.say("draft", { what, when, count, area: words.area(area) });
}

/** Areas: kept by a button, listed with their size and day, deleted one by one.
 * @param {import("../draw/area.js").Areas} areas @param {Words} words of the section "offline"
 * @param {() => Where | null} where what the button keeps; null: the map is too far away
 */
export function listAreas(areas, words, where) {
  const box = /** @type {HTMLDetailsElement} */ ($("areas-box"));
  const told = (/** @type {string} */ sentence) => {
    $("area-told").textContent = sentence;
  };

  async function fill() {
    const rows = (await areas.all().catch(() => [])).map((area) => {
      const sentence = document.createElement("p");
      const [name, when] = [nameOf(area, words), dayOf(area.answer.made, words)];
      sentence.textContent = words.say("area.one", { name, count: territoriesIn(area), size: sizeOf(area.size, words), when });
      const forget = button(words.say("area.forget"), () => drop(area));
      forget.setAttribute("aria-label", words.say("area.forget.what", { name }));
      return item(sentence, forget);
    });
    $("areas").replaceChildren(...rows);
    $("areas").hidden = rows.length === 0;
    $("quota").textContent = await quota(words);
  }

  /** @param {Area} area */
  async function drop(area) {
    await areas.forget(area.id);
    told(words.say("area.forgotten"));
    await fill();
    $("keep-area").focus();
  }

  async function keep() {
    const wanted = where();
    if (!wanted) return told(words.say("area.far"));
    told(words.say("area.saving"));
    try {
      // Asked for with the press of the button, so that the browser does not make room with what is kept here.
      await navigator.storage?.persist?.();
      const area = await areas.save(wanted);
      told(words.say("area.saved", { count: territoriesIn(area) }));
    } catch (error) {
      const isFull = error instanceof NotKept && error.why === "full";
      const sentence = error instanceof NotKept ? error.message : "";
      told(sentence || words.say(isFull ? "area.full" : "area.failed"));
    }
    return fill();
  }

  on("keep-area", keep);
  box.addEventListener("toggle", () => box.open && fill());
}

/** Drawings that wait, and those that were refused, with what can be done.
 * @param {import("../draw/outbox.js").Outbox} outbox @param {Words} words of the section "offline"
 * @param {(item: Waiting) => void} open go on with a drawing that was refused
 */
export async function listUnsent(outbox, words, open) {
  async function fill() {
    const rows = (await outbox.waiting()).map((waiting) => {
      const sentence = document.createElement("p");
      const { whose: { territory: { name } }, saved, state, problem } = waiting;
      sentence.textContent = words.say(`outbox.${state}`, { name, when: dayOf(saved, words), why: problem?.detail ?? "" });
      const buttons = document.createElement("p");
      buttons.className = "buttons";
      if (state !== "waiting") buttons.append(button(words.say("outbox.open"), () => open(waiting), ""));
      if (state !== "conflict") buttons.append(button(words.say("outbox.again"), () => outbox.sendAll(({ id }) => id === waiting.id)));
      buttons.append(button(words.say("outbox.forget"), () => drop(waiting)));
      return item(sentence, buttons);
    });
    // The button that was pressed is gone; who reads with the ears goes on at the title.
    const hasFocus = $("unsent").contains(document.activeElement);
    $("unsent").replaceChildren(...rows);
    show("outbox", rows.length > 0, "map");
    if (hasFocus && rows.length) $("outbox-title").focus();
  }

  /** @param {Waiting} waiting */
  async function drop({ id }) {
    if (await sure(words.say("outbox.forget.sure"), words.say("outbox.forget.text"), words.say("outbox.forget"))) await outbox.forget(id);
  }

  outbox.addEventListener("changed", fill);
  await fill();
}

/** @param {Area} area @param {Words} words */
function nameOf(area, words) {
  return area.name || words.say("area.here");
}

/** @param {string} when ISO 8601 @param {Words} words */
export function dayOf(when, words) {
  return new Date(when).toLocaleString(words.language, { dateStyle: "long", timeStyle: "short" });
}

/** @param {number} bytes @param {Words} words */
function sizeOf(bytes, words) {
  if (bytes < 1e6) return `${words.number(Math.ceil(bytes / 1e3))}\u00a0KB`;
  return bytes < 1e9 ? `${words.number(bytes / 1e6, 1)}\u00a0MB` : `${words.number(bytes / 1e9, 1)}\u00a0GB`;
}

/** @param {Words} words */
async function quota(words) {
  // Browsers tell it only to pages that came over HTTPS, or from this machine.
  const { usage, quota: most } = (await navigator.storage?.estimate?.()) ?? {};
  if (usage === undefined || most === undefined) return words.say("quota.unknown");
  return words.say("quota", { used: sizeOf(usage, words), left: sizeOf(most - usage, words) });
}
