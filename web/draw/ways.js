// @ts-check
/** Other ways to a boundary than drawing it: each is loaded when somebody first goes it. */
import { table } from "../offline/database.js";
import { $, tell } from "./page.js";

/**
 * @typedef {object} Page
 * @property {import("./desk.js").Desk} desk
 * @property {import("./map.js").DrawMap} map
 * @property {import("./words.js").Words} words of the sections "draw" and "ways"
 * @property {() => void} look bring the map to the top of the window
 * @property {(shape: import("./bring.js").Shape, made: import("./history.js").Made) => void} onBrought
 */

/** @param {Page} page */
export function waysIn(page) {
  const sorry = page.words.say("offline");

  const bringing = later(async () => new (await import("./bring.js")).Bringing(page), sorry);
  $("file").addEventListener("change", () => bringing((way) => way.file()));
  $("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    bringing((way) => way.text());
  });

  const walking = later(async () => new (await import("./walk.js")).Walk(page), sorry);
  $("walk-start").addEventListener("click", () => walking((way) => way.start()));

  const sketching = later(async () => new (await import("./croquis.js")).Croquis(page), sorry);
  const sketch = /** @type {HTMLDetailsElement} */ ($("croquis-box"));
  sketch.addEventListener("toggle", () => void (sketch.open && sketching((way) => way.open())));
  $("photo").addEventListener("change", () => sketching((way) => way.take()));

  const telling = later(async () => new (await import("./linderos.js")).Linderos(page), sorry);
  const words = /** @type {HTMLDetailsElement} */ ($("linderos-box"));
  words.addEventListener("toggle", () => void (words.open && telling((way) => way.open())));

  return {
    /** Lay the photo again that is kept of the territory in hand, if there is one. */
    async layKept() {
      const kept = await table("croquis").get(page.desk.territory?.id ?? "").catch(() => undefined);
      if (kept) await sketching((way) => way.open());
    },
  };
}

/** Go a way once it is loaded; where it cannot be loaded now, it is asked for again the next time.
 * @template T @param {() => Promise<T>} load @param {string} sorry @returns {(act: (way: T) => unknown) => Promise<void>}
 */
function later(load, sorry) {
  /** @type {Promise<T> | null} */
  let loading = null;
  return async (act) => {
    let way;
    try {
      way = await (loading ??= load());
    } catch {
      loading = null;
      return tell(sorry);
    }
    await act(way);
  };
}
