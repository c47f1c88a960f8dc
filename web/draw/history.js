// @ts-check
/** What has been drawn, step by step: every change can be taken back and done again. */

/**
 * @typedef {[number, number]} Place lon, lat in degrees with 7 decimals
 * @typedef {object} Ring
 * @property {readonly Place[]} points the first point once
 * @property {boolean} closed
 * @property {boolean} isHole ground inside another ring that is not part of the territory
 * @property {Made} [made] how it came here, where it was not drawn
 * @property {readonly Fix[]} [track] of a ring that is being walked: its walked points as they were measured
 */

/** @typedef {{ method: "walked" | "imported", accuracy_m?: number, datum?: string }} Made as the register takes it */
/** @typedef {{ place: Place, accuracy: number }} Fix accuracy in metres; when it was is nobody's business */

/**
 * @typedef {Ring & { rest: readonly Ring[], together?: boolean }} Drawing the ring that is drawn on, and the other outlines
 *   and holes; together: the neighbours are asked to move their line to where this one moved
 */

/** @type {Drawing} */
export const NOTHING = Object.freeze({ points: [], closed: false, isHole: false, rest: [] });

/** @param {Drawing} drawing @param {...Place} places @returns {Drawing} */
export function add(drawing, ...places) {
  return { ...drawing, points: [...drawing.points, ...places] };
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

/** Open a closed line again, to go on from one of its points; the line then goes on after that one.
 * @param {Drawing} drawing @param {number} [at] by default the last point @returns {Drawing}
 */
export function reopen(drawing, at = drawing.points.length - 1) {
  return { ...drawing, points: [...drawing.points.slice(at + 1), ...drawing.points.slice(0, at + 1)], closed: false };
}

/** Lay the ring aside and begin another part of the territory, or a hole in it.
 * @param {Drawing} drawing @param {boolean} isHole @returns {Drawing}
 */
export function begin(drawing, isHole) {
  return { ...NOTHING, isHole, rest: ringsOf(drawing), ...aboutAll(drawing) };
}

/** Take one of the other rings in hand. @param {Drawing} drawing @param {number} k its position among the rest @returns {Drawing} */
export function turnTo(drawing, k) {
  const rest = drawing.rest.filter((_, n) => n !== k);
  return { ...drawing.rest[k], rest: drawing.points.length ? [...rest, ringOf(drawing)] : rest, ...aboutAll(drawing) };
}

/** Remove the ring in hand; the last one that was laid aside comes in its place. @param {Drawing} drawing @returns {Drawing} */
export function drop(drawing) {
  const last = drawing.rest[drawing.rest.length - 1];
  return last ? { ...last, rest: drawing.rest.slice(0, -1), ...aboutAll(drawing) } : NOTHING;
}

/** All rings that have points, that in hand last. @param {Drawing} drawing @returns {Ring[]} */
export function ringsOf(drawing) {
  return drawing.points.length ? [...drawing.rest, ringOf(drawing)] : [...drawing.rest];
}

/** Whether every ring is closed, so that it is a boundary. @param {Drawing} drawing */
export function isWhole(drawing) {
  const rings = ringsOf(drawing);
  return rings.some(({ isHole }) => !isHole) && rings.every(({ closed }) => closed);
}

/** How a drawing was made, as its least sure ring was; nothing where all of it was drawn. @param {Drawing} drawing @returns {Made | undefined} */
export function madeOf(drawing) {
  const ways = ringsOf(drawing).flatMap(({ made, track }) => walked(track, made) ?? made ?? []);
  const onFoot = ways.filter(({ method }) => method === "walked");
  return onFoot.sort((a, b) => (b.accuracy_m ?? 0) - (a.accuracy_m ?? 0))[0] ?? ways[0];
}

/** What is said of a line that was walked: no better than its worst point. @param {readonly Fix[]} [track] @param {Made} [before] @returns {Made | undefined} */
export function walked(track = [], before) {
  const worst = Math.max(before?.accuracy_m ?? 0, ...track.map(({ accuracy }) => accuracy));
  return track.length ? { method: "walked", accuracy_m: Math.round(10 * worst) / 10 } : undefined;
}

/** The neighbours are asked to move their line too, or no longer. @param {Drawing} drawing @param {boolean} together @returns {Drawing} */
export function movedWith({ together: _, ...drawing }, together) {
  return together ? { ...drawing, together } : drawing;
}

/** What is said of a drawing whole, whatever ring is in hand. @param {Drawing} drawing */
export function aboutAll({ together }) {
  return together ? { together } : {};
}

/** @param {Drawing} drawing @returns {Ring} */
function ringOf({ points, closed, isHole, made, track }) {
  return { points, closed, isHole, ...(made && { made }), ...(track && { track }) };
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
