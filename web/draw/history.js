// @ts-check
/** What has been drawn, step by step: every change can be taken back and done again. */

/**
 * @typedef {[number, number]} Place lon, lat in degrees with 7 decimals
 * @typedef {object} Drawing
 * @property {readonly Place[]} points the outline, the first point once
 * @property {boolean} closed
 * @property {readonly Place[][]} holes came with a file, as the parts did; they stay as they are
 * @property {readonly Place[][][]} parts further polygons, each an outline and its holes
 */

/** @type {Drawing} */
export const NOTHING = Object.freeze({ points: [], closed: false, holes: [], parts: [] });

/** @param {Drawing} drawing @param {Place} place @returns {Drawing} */
export function add(drawing, place) {
  return { ...drawing, points: [...drawing.points, place] };
}

/** @param {Drawing} drawing @param {number} at position the new point gets @param {Place} place @returns {Drawing} */
export function insert(drawing, at, place) {
  return { ...drawing, points: [...drawing.points.slice(0, at), place, ...drawing.points.slice(at)] };
}

/** @param {Drawing} drawing @param {number} at @param {Place} place @returns {Drawing} */
export function move(drawing, at, place) {
  return { ...drawing, points: drawing.points.map((point, k) => (k === at ? place : point)) };
}

/** A closed line of three points opens again when it loses one.
 * @param {Drawing} drawing @param {number} at @returns {Drawing}
 */
export function remove(drawing, at) {
  const points = drawing.points.filter((_, k) => k !== at);
  return { ...drawing, points, closed: drawing.closed && points.length >= 3 };
}

/** @param {Drawing} drawing @returns {Drawing} */
export function close(drawing) {
  return { ...drawing, closed: drawing.points.length >= 3 };
}

/** @param {Drawing} drawing @returns {Drawing} */
export function reopen(drawing) {
  return { ...drawing, closed: false };
}

/** The present drawing with its past and its future; never changed in place. */
export class History {
  /**
   * @param {Drawing} now
   * @param {readonly Drawing[]} past
   * @param {readonly Drawing[]} future
   */
  constructor(now = NOTHING, past = [], future = []) {
    this.now = now;
    this.past = past;
    this.future = future;
  }

  get canUndo() {
    return this.past.length > 0;
  }

  get canRedo() {
    return this.future.length > 0;
  }

  /** @param {Drawing} next */
  to(next) {
    return new History(next, [...this.past, this.now], []);
  }

  undo() {
    if (!this.canUndo) return this;
    return new History(this.past[this.past.length - 1], this.past.slice(0, -1), [this.now, ...this.future]);
  }

  redo() {
    if (!this.canRedo) return this;
    return new History(this.future[0], [...this.past, this.now], this.future.slice(1));
  }
}
