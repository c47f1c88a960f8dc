// @ts-check
/** What every page does about connections: say that there is none, send what waits, and keep pages for later. */
import { Outbox } from "../draw/outbox.js";
import { Connection } from "./connection.js";
import { table } from "./database.js";
import { finishLeaving, onLeft } from "./leaving.js";

const TOLD_MS = 12_000;

const language = document.documentElement.lang;
const line = /** @type {HTMLElement} */ (document.getElementById("connection"));

export const connection = new Connection();
export const outbox = new Outbox(table("outbox"));

/** @type {ReturnType<typeof setTimeout> | undefined} */
let told;

/** @param {string | undefined} sentence @param {number} [count] */
function tell(sentence = "", count = 0) {
  clearTimeout(told);
  line.classList.toggle("lost", connection.isLost);
  line.textContent = sentence.replace("{count}", String(count));
}

/** What waits, where something does. @param {string} [otherwise] */
async function tellWaiting(otherwise) {
  const left = await outbox.waiting();
  const stuck = left.filter(({ state }) => state !== "waiting").length;
  if (connection.isLost) return tell([line.dataset.lost, left.length ? line.dataset.waiting : ""].join(" ").trim(), left.length - stuck);
  if (stuck) return tell(line.dataset.stuck, stuck);
  if (left.length) return tell(line.dataset.waiting, left.length);
  tell(otherwise);
  told = setTimeout(tell, TOLD_MS);
  return undefined;
}

async function send() {
  try {
    const before = (await outbox.waiting()).filter(({ state }) => state === "waiting").length;
    if (!before) return false;
    await outbox.sendAll();
    return (await outbox.waiting()).length < before;
  } catch {
    return false; // a browser that keeps nothing has nothing to send
  }
}

async function back() {
  await finishLeaving();
  const isSent = await send();
  await tellWaiting(isSent ? line.dataset.sent : line.dataset.back).catch(() => tell(line.dataset.back));
}

connection.addEventListener("lost", () => tellWaiting().catch(() => tell(line.dataset.lost)));
connection.addEventListener("back", back);
outbox.addEventListener("changed", () => tellWaiting());
onLeft(() => location.replace(`/?lang=${language}`));

async function begin() {
  await connection.follow();
  if (connection.isLost) return;
  await finishLeaving();
  const isSent = await send();
  await tellWaiting(isSent ? line.dataset.sent : "").catch(() => undefined);
}

void begin();

// What is needed now comes first; on plain HTTP there is no worker, and everything else works.
if ("serviceWorker" in navigator) {
  const keep = () => navigator.serviceWorker.register(`/sw.js?lang=${language}`).catch(() => undefined);
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep, { once: true });
}
