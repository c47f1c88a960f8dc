// @ts-check
/** A table that lasts as long as the page: where the browser keeps nothing, and in tests. */

/** @template {import("./database.js").Row} R @returns {import("./database.js").Table<R>} */
export function tableOf() {
  /** @type {Map<string, R>} */
  const rows = new Map();
  return {
    get: async (id) => structuredClone(rows.get(id)),
    all: async () => structuredClone([...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    forget: async (id) => void rows.delete(id),
    change: async (id, change) => {
      for (const row of change(structuredClone(rows.get(id)))) rows.set(row.id, structuredClone(row));
    },
  };
}
