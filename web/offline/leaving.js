// @ts-check
/** To leave a phone that is not one's own: nothing private stays on it, with a connection or without. */
import { forgetAll, table } from "./database.js";

const NOTE = "leaving";
const CHANNEL = "territory.left";

/** Delete what is kept here, and give the key back. @returns {Promise<boolean>} whether the key is gone too; without a
 *   connection it goes when there is one, because no page can take it away by itself
 */
export async function leavePhone() {
  await forgetAll();
  localStorage.clear();
  sessionStorage.clear();
  await table("notes").change(NOTE, () => [{ id: NOTE }]);
  // Pages that are still open hold drawings, and would keep them again.
  new BroadcastChannel(CHANNEL).postMessage("left");
  return giveBack();
}

/** Give a key back that somebody left with while there was no connection. @returns {Promise<boolean>} */
export async function finishLeaving() {
  try {
    return (await table("notes").get(NOTE)) === undefined || (await giveBack());
  } catch {
    return false; // a browser that keeps nothing
  }
}

/** @param {() => void} act when another page leaves the phone */
export function onLeft(act) {
  new BroadcastChannel(CHANNEL).onmessage = act;
}

async function giveBack() {
  try {
    if (!(await fetch("/api/key", { method: "DELETE" })).ok) return false;
    await table("notes").forget(NOTE);
    return true;
  } catch {
    return false;
  }
}
