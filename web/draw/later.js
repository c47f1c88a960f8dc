// @ts-check
/** Parts of the page that most people never open: loaded when somebody does, and kept for later without a connection. */
import { $, show, tell } from "./page.js";

/** @typedef {{ open: () => Promise<void>, close?: () => void }} Part */

/** Fill a part of the page when it is opened, for a territory whose key allows it.
 * @param {string} id of a details element
 * @param {import("./desk.js").Desk} desk
 * @param {(may: readonly string[]) => boolean} isFor whether a key that allows this opens it
 * @param {() => Promise<Part>} load
 * @param {string} sorry what to say where it cannot be loaded
 */
export function openLater(id, desk, isFor, load, sorry) {
  const box = /** @type {HTMLDetailsElement} */ ($(id));
  /** @type {Promise<Part> | null} */
  let part = null;
  let whose = desk.territory?.id;
  desk.listen(() => {
    show(id, isFor(desk.territory?.may ?? []), "map");
    // What it shows is of another territory.
    if (whose !== desk.territory?.id) box.open = false;
    whose = desk.territory?.id;
  });
  box.addEventListener("toggle", async () => {
    try {
      if (box.open) await (await (part ??= load())).open();
      else (await part)?.close?.();
    } catch {
      // It is asked for again when the part is opened again.
      part = null;
      box.open = false;
      tell(sorry);
    }
  });
}
