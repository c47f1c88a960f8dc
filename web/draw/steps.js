// @ts-check
/** A history of drawings as its first drawing and what every step changed, so that a long one stays small. */
import { History } from "./history.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {{ at: number, gone: number, put: readonly any[] }} Splice */
/** @typedef {{ lists: Record<string, Splice>, values: Record<string, any> }} Step */
/** @typedef {{ first: Drawing, steps: Step[], at: number }} Steps at: which drawing is the present one */

// More can be undone until the page is closed.
const MOST = 500;

/** @param {History} history @returns {Steps} */
export function packed({ past, now, future }) {
  const before = past.slice(-MOST);
  const all = [...before, now, ...future.slice(0, MOST)];
  return { first: all[0], steps: all.slice(1).map((drawing, k) => difference(all[k], drawing)), at: before.length };
}

/** @param {Steps} kept */
export function unpacked({ first, steps, at }) {
  const all = [first];
  for (const step of steps) all.push(changed(all[all.length - 1], step));
  return new History(all[at], all.slice(0, at), all.slice(at + 1));
}

/** @param {Record<string, any>} before @param {Record<string, any>} after @returns {Step} */
function difference(before, after) {
  /** @type {Step} */
  const step = { lists: {}, values: {} };
  for (const name of Object.keys({ ...before, ...after })) {
    const value = after[name];
    if (value === before[name]) continue;
    if (Array.isArray(value) && Array.isArray(before[name])) step.lists[name] = splice(before[name], value);
    else step.values[name] = value;
  }
  return step;
}

/** @param {Drawing} drawing @param {Step} step */
function changed(drawing, { lists, values }) {
  const before = /** @type {Record<string, any>} */ (drawing);
  const after = { ...before, ...values };
  for (const [name, { at, gone, put }] of Object.entries(lists)) {
    const list = before[name];
    after[name] = [...list.slice(0, at), ...put, ...list.slice(at + gone)];
  }
  return /** @type {Drawing} */ (after);
}

/** What lies between the same beginning and the same end. @param {readonly any[]} before @param {readonly any[]} after @returns {Splice} */
function splice(before, after) {
  const most = Math.min(before.length, after.length);
  let at = 0;
  while (at < most && before[at] === after[at]) at++;
  let same = 0;
  while (same < most - at && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { at, gone: before.length - at - same, put: after.slice(at, after.length - same) };
}
