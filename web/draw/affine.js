// @ts-check
/** Affine maps of the plane, written as a canvas takes them: x' = a·x + c·y + e, y' = b·x + d·y + f. */

/** @typedef {readonly [a: number, b: number, c: number, d: number, e: number, f: number]} Affine */
/** @typedef {readonly number[]} Point x, y */
/** @typedef {readonly [from: Point, to: Point]} Pair */

// A triangle this much flatter than a square's half says nothing of the direction across.
const FLAT = 0.04;
// A sheet that is photographed from the side is stretched up to twice.
const STRETCHED = 3;

/** The only affine map that brings three points to three others. @param {readonly Pair[]} pairs three, their points on no line @returns {Affine} */
export function through([[p, to], [q, toQ], [r, toR]]) {
  const [ux, uy, vx, vy] = [q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]];
  const size = ux * vy - uy * vx;
  const [Ux, Uy, Vx, Vy] = [toQ[0] - to[0], toQ[1] - to[1], toR[0] - to[0], toR[1] - to[1]];
  const [a, c] = [(Ux * vy - Vx * uy) / size, (Vx * ux - Ux * vx) / size];
  const [b, d] = [(Uy * vy - Vy * uy) / size, (Vy * ux - Uy * vx) / size];
  return [a, b, c, d, to[0] - a * p[0] - c * p[1], to[1] - b * p[0] - d * p[1]];
}

/** @param {Affine} map @param {Point} point @returns {[number, number]} */
export function applied([a, b, c, d, e, f], [x, y]) {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** One map after another. @param {Affine} first @param {Affine} second @returns {Affine} */
export function then(first, second) {
  const [a, b, c, d] = second;
  const [e, f] = applied(second, [first[4], first[5]]);
  return [
    a * first[0] + c * first[1], b * first[0] + d * first[1],
    a * first[2] + c * first[3], b * first[2] + d * first[3],
    e, f,
  ];
}

/** What is wrong with three pairs of a photo, whose y goes down, and a map, whose y goes up.
 * @param {readonly Pair[]} pairs @returns {"line" | "mirror" | "stretched" | null} line: three points on one line tell nothing
 *   of the rest; mirror: they go round the other way; stretched: far more in one direction than in the other, which may be meant
 */
export function faultOf(pairs) {
  const sides = [0, 1].map((side) => pairs.map((pair) => pair[side]));
  if (sides.some((points) => flatness(points) < FLAT)) return "line";
  const map = through(pairs);
  if (map[0] * map[3] - map[1] * map[2] > 0) return "mirror";
  return stretch(map) > STRETCHED ? "stretched" : null;
}

/** Twice the area of a triangle as a share of its longest side's square. @param {readonly Point[]} points */
function flatness([p, q, r]) {
  const twice = Math.abs((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  const longest = Math.max(...[[p, q], [q, r], [r, p]].map(([s, t]) => (s[0] - t[0]) ** 2 + (s[1] - t[1]) ** 2));
  return longest === 0 ? 0 : twice / longest;
}

/** How much more a map stretches in one direction than in the other. @param {Affine} map */
function stretch([a, b, c, d]) {
  const [sum, size] = [a * a + b * b + c * c + d * d, Math.abs(a * d - b * c)];
  const apart = Math.sqrt(Math.max(0, sum * sum - 4 * size * size));
  return Math.sqrt((sum + apart) / Math.max(sum - apart, Number.MIN_VALUE));
}
