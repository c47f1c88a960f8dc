// @ts-check
/** To come in with a key: it rides in the link's fragment, which no server sees, and is exchanged for a cookie. */

import { sure } from "../draw/page.js";
import { finishLeaving, keptHere, leavePhone } from "../offline/leaving.js";

/** @typedef {{name: string, role: string, territories: string[], has_area: boolean, ends: string}} Key */
/** @typedef {{language: string, sentences: Record<string, string>, has_key: boolean}} Start */

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
const $ = (id) => /** @type {T} */ (document.getElementById(id));

/** @type {Start} */
const start = JSON.parse($("start").textContent ?? "");

/** @param {string} key @param {Record<string, string>} [values] */
function say(key, values = {}) {
  return (start.sentences[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** @param {string} method @param {object} [body] @returns {Promise<Response>} */
function ask(method, body) {
  return fetch(`/api/key?lang=${start.language}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
}

/** @param {string} text */
function tell(text) {
  $("status").textContent = text;
}

/** What was pasted: a whole link, or only the key. @param {string} pasted */
export function keyIn(pasted) {
  const text = pasted.trim();
  return text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
}

/** @param {Key} key */
async function welcome(key) {
  $("enter").hidden = true;
  $("inside").hidden = false;
  $("leaving").hidden = false;
  $("role").textContent = say(`role.${key.role}`);
  $("may").textContent = say(`may.${key.role}`);
  const day = new Date(`${key.ends}T12:00:00`).toLocaleDateString(start.language, { dateStyle: "long" });
  $("ends").textContent = say("ends", { date: day });
  const list = $("territories");
  list.replaceChildren();
  for (const id of key.territories) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/draw?territory=${encodeURIComponent(id)}&lang=${start.language}`;
    link.className = "button";
    link.textContent = await nameOf(id);
    entry.append(link);
    list.append(entry);
  }
  $("where").textContent = key.territories.length
    ? say("where")
    : say(key.has_area ? "where.area" : "where.everywhere");
}

/** @param {string} id */
async function nameOf(id) {
  const answer = await fetch(`/api/territories/${encodeURIComponent(id)}?lang=${start.language}`);
  return answer.ok ? (await answer.json()).properties.name : id;
}

/** @param {string} whole */
async function enter(whole) {
  tell(say("entering"));
  try {
    // Who left without a connection gives the key back first, or else this one would go with it.
    await finishLeaving();
    const answer = await ask("POST", { key: whole });
    const told = await answer.json();
    if (!answer.ok) {
      tell(told.detail);
      $("key").focus();
      return;
    }
    /** @type {HTMLInputElement} */ ($("key")).value = "";
    tell(say("entered"));
    await welcome(told);
    // What had the focus is gone; who reads with the ears goes on here.
    document.querySelector("main")?.focus();
  } catch {
    tell(say("offline"));
  }
}

async function leave() {
  const { areas, ...work } = await keptHere();
  const lost = Object.fromEntries(Object.entries(work).map(([what, count]) => [what, String(count)]));
  const isWork = Object.values(work).some(Boolean);
  const text = say(isWork ? "leave.lost" : "leave.text", lost);
  if ((areas || isWork) && !(await sure(say("leave.sure"), text, say("leave.yes")))) return;
  const isGone = await leavePhone();
  $("inside").hidden = true;
  $("leaving").hidden = true;
  $("enter").hidden = false;
  tell(say(isGone ? "left" : "leave.later"));
  $("key").focus();
}

/** Who has no key, or no connection to say so, may leave something here all the same. */
async function showLeaving() {
  if (Object.values(await keptHere()).some(Boolean)) $("leaving").hidden = false;
}

/** Enter with the key of a link, and take it out of the address; false when there is none. */
function enterByLink() {
  const whole = keyIn(location.hash);
  if (!whole) return false;
  // Nobody who looks over a shoulder, or opens the history, finds the key in the address.
  history.replaceState(null, "", location.pathname + location.search);
  void enter(whole);
  return true;
}

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(keyIn(/** @type {HTMLInputElement} */ ($("key")).value));
});
$("leave").addEventListener("click", () => void leave());
void showLeaving();
// A link that is opened while this page is open changes the address only.
window.addEventListener("hashchange", enterByLink);

if (!enterByLink() && start.has_key) {
  const answer = await ask("GET").catch(() => null);
  if (answer?.ok) await welcome(await answer.json());
}
