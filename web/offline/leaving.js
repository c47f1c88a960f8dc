// @ts-check
/** To leave a phone that is not one's own: nothing private stays on it, with a connection or without. */
import { forgetAll, table } from "./database.js";

const NOTE = "leaving";
/** With what the ids of words begin that were typed and not saved yet. */
export const WORDS = "linderos ";
// One for the page: what it sends does not come back to itself.
const channel = new BroadcastChannel("territory.left");

/** How much is kept here. */
export async function keptHere() {
  const tables = /** @type {const} */ (["drafts", "areas", "outbox", "croquis", "notes"]);
  try {
    const [drafts, areas, unsent, photos, notes] = await Promise.all(tables.map((name) => table(name).all()));
    const words = notes.filter(({ id }) => id.startsWith(WORDS));
    return { drafts: drafts.length, areas: areas.length, unsent: unsent.length, photos: photos.length, words: words.length };
  } catch {
    return { drafts: 0, areas: 0, unsent: 0, photos: 0, words: 0 }; // a browser that keeps nothing
  }
}

/** Delete what is kept here, and give the key back. @returns {Promise<boolean>} whether the key is gone too; without a
 *   connection it goes when there is one, because no page can take it away by itself
 */
export async function leavePhone() {
  // Pages that are still open hold drawings, and would keep them again.
  channel.postMessage("left");
  try {
    localStorage.clear();
    sessionStorage.clear();
    await forgetAll();
    await table("notes").change(NOTE, () => [{ id: NOTE }]);
  } catch {
    // A browser that keeps nothing has nothing to delete.
  }
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
  channel.onmessage = act;
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
