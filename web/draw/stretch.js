// @ts-check
/** A stretch of the line between two neighbours: how it stands, and who can say what of it now. As the server tells it, see
 * territory/services/agreement/telling.py. */

/**
 * @typedef {object} Said
 * @property {string} id
 * @property {number} revision
 * @property {string} left id of a side
 * @property {string} right
 * @property {string} state
 * @property {string} proposed_by id of a side
 * @property {string | null} way
 * @property {string | null} along id of the river or road that the line would follow
 * @property {string | null} reasons
 * @property {string} answer_by
 * @property {string} offer what is proposed, in a sentence
 * @property {any} line
 */

/**
 * @typedef {object} Piece
 * @property {string} id
 * @property {"matched" | "overlap" | "gap"} kind
 * @property {string} state
 * @property {number} length_m
 * @property {number} area_m2
 * @property {string} message
 * @property {any} left_line
 * @property {any} right_line
 * @property {any} strip
 * @property {Said | null} stretch the newest that was said
 */

/** @typedef {{ id: string, name: string, version: number, shown: boolean, area_m2: number }} Side */
/** @typedef {{ left: Side, right: Side, pieces: Piece[], moved: Said[], dispute: any }} Border */
/** @typedef {"agreed" | "proposed" | "contested" | "unasked"} Look */
/** @typedef {"propose" | "propose.line" | "accept" | "object" | "disagree" | "withdraw"} Deed */

/** @type {Record<string, Look>} */
const LOOKS = {
  agreed: "agreed",
  proposed: "proposed",
  unanswered: "proposed",
  objected: "contested",
  disagreed: "contested",
};

/** How a stretch is drawn. @param {Pick<Piece, "kind" | "state">} piece @returns {Look} */
export function lookOf({ kind, state }) {
  return LOOKS[state] ?? (kind === "overlap" ? "contested" : "unasked");
}

/** Key of the short word for how it stands. @param {Pick<Piece, "kind" | "state">} piece */
export function wordOf({ kind, state }) {
  return state === "unasked" ? `short.unasked.${kind}` : `short.${state}`;
}

/** Whether both lines differ there. @param {Pick<Piece, "kind">} piece */
export function isStrip({ kind }) {
  return kind !== "matched";
}

/** What a side can say of a stretch now. @param {Piece} piece @param {string} own id of the side @returns {Deed[]} */
export function deedsOf(piece, own) {
  const { stretch, state } = piece;
  const propose = isStrip(piece) ? "propose" : "propose.line";
  const isWaiting = state === "proposed" || state === "unanswered";
  if (!stretch || !isWaiting) return state === "agreed" ? [] : [propose];
  /** @type {Deed[]} */
  const again = state === "unanswered" ? [propose] : [];
  if (stretch.proposed_by === own) return [...again, "withdraw"];
  const canDisagree = isStrip(piece) && stretch.way !== "disagree";
  return ["accept", "object", ...(canDisagree ? /** @type {Deed[]} */ (["disagree"]) : []), ...again];
}

/** Id of the side whose reasons were kept last. @param {Said} said */
export function speakerOf({ state, left, right, proposed_by }) {
  if (state !== "objected") return proposed_by;
  return proposed_by === left ? right : left;
}

/** The last reasons of a side. @param {readonly Said[]} history oldest first @param {string} side */
export function reasonsOf(history, side) {
  const own = history.filter((said) => said.reasons && speakerOf(said) === side);
  return own[own.length - 1]?.reasons ?? null;
}

/** The piece that another one became, once the border was read again. @param {readonly Piece[]} pieces @param {Piece} before */
export function becameOf(pieces, before) {
  const isAbout = (/** @type {Piece} */ { stretch }) => Boolean(before.stretch) && stretch?.id === before.stretch?.id;
  return pieces.find(isAbout) ?? pieces.find(({ id }) => id === before.id) ?? null;
}

/** Whether neither the lines nor what is said of them changed. @param {Piece} a @param {Piece} b */
export function isSame(a, b) {
  return a.id === b.id && a.stretch?.id === b.stretch?.id && a.stretch?.revision === b.stretch?.revision;
}
