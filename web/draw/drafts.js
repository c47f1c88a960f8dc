// @ts-check
/** The drawing, kept in this browser at every change and offered back. Nothing leaves the device. */

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {{ drawing: Drawing, facts: Record<string, string>, kept: string }} Draft */

const KEY = "territory.draft";

/** @param {Storage} storage @param {Drawing} drawing @param {Record<string, string>} facts @returns {boolean} whether it was kept */
export function keep(storage, drawing, facts) {
  try {
    if (drawing.points.length === 0) storage.removeItem(KEY);
    else storage.setItem(KEY, JSON.stringify({ drawing, facts, kept: new Date().toISOString() }));
    return true;
  } catch {
    return false; // private browsing, or no room: the page says so
  }
}

/** @param {Storage} storage @returns {Draft | null} */
export function kept(storage) {
  try {
    const draft = JSON.parse(storage.getItem(KEY) ?? "null");
    const points = draft?.drawing?.points;
    const isWhole =
      Array.isArray(points) &&
      points.length > 0 &&
      points.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite));
    return isWhole ? draft : null;
  } catch {
    return null;
  }
}

/** @param {Storage} storage */
export function forget(storage) {
  try {
    storage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}
