// @ts-check
/** Tables that this browser keeps, in one IndexedDB database of ours. */

const NAME = "territory";
const VERSION = 2;
const NAMES = /** @type {const} */ (["drafts", "areas", "outbox", "notes", "croquis"]);

/** @typedef {{ id: string }} Row */

/** What a table promises. Rows go in and come out whole, as copies.
 * @template {Row} R
 * @typedef {object} Table
 * @property {(id: string) => Promise<R | undefined>} get
 * @property {() => Promise<R[]>} all ordered by id
 * @property {(id: string, change: (row: R | undefined) => R[]) => Promise<void>} change writes what becomes of a row, in
 *   one step: nobody comes between the look and the change
 * @property {(id: string) => Promise<void>} forget
 */

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      // What an earlier version of the page made stays as it is.
      const made = asked.result.objectStoreNames;
      for (const name of NAMES) if (!made.contains(name)) asked.result.createObjectStore(name, { keyPath: "id" });
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const found = asked.result;
      // A newer page waits for this; and a browser that runs out of room closes what it likes.
      found.onversionchange = found.onclose = () => {
        found.close();
        opened = null;
      };
      resolve(found);
    };
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** @template T @param {readonly string[]} names @param {IDBTransactionMode} mode @param {(stores: IDBObjectStore[]) => IDBRequest<T> | void} act @returns {Promise<T>} */
async function step(names, mode, act) {
  const found = await database();
  return new Promise((resolve, reject) => {
    // Strict: on the disk before it is told as kept, for a battery may die.
    const transaction = found.transaction(names, mode, { durability: "strict" });
    const asked = act(names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(/** @type {T} */ (asked?.result));
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** @template {Row} R @param {typeof NAMES[number]} name @returns {Table<R>} */
export function table(name) {
  return {
    get: (id) => step([name], "readonly", ([store]) => store.get(id)),
    all: () => step([name], "readonly", ([store]) => store.getAll()),
    forget: (id) => step([name], "readwrite", ([store]) => void store.delete(id)),
    change: (id, change) =>
      step([name], "readwrite", ([store]) => {
        const asked = store.get(id);
        asked.onsuccess = () => {
          for (const row of change(asked.result)) store.put(row);
        };
      }),
  };
}

/** Empty every table, in one step. */
export function forgetAll() {
  return step(NAMES, "readwrite", (stores) => {
    for (const store of stores) store.clear();
  });
}
