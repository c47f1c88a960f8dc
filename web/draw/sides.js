// @ts-check
/** Ground that two claim, as both sides see it: the same of each, in the same order, whoever looks. */
import { made, picture } from "./elements.js";
import { lengthOf, metres } from "./shape.js";
import { reasonsOf } from "./stretch.js";

/** @typedef {import("./stretch.js").Border} Border */
/** @typedef {import("./stretch.js").Piece} Piece */
/** @typedef {import("./stretch.js").Said} Said */

const PICTURE = 100;
const CLEAR = 8;

/** @param {Border} border @param {Piece} piece @param {readonly Said[]} history of what was said of it @param {import("./words.js").Words} words */
export function sideBySide(border, piece, history, words) {
  const columns = /** @type {const} */ (["left", "right"]).map((which) => {
    const side = border[which];
    const reasons = reasonsOf(history, side.id);
    return made(
      "section",
      "side",
      made("h5", "", side.name),
      pictureOf(piece, which),
      made(
        "dl",
        "",
        ...row(words.say("side.line"), words.length(longOf(piece[`${which}_line`]))),
        ...row(words.say("side.with"), words.area(side.area_m2)),
        ...row(words.say("side.without"), words.area(side.area_m2 - piece.area_m2)),
        ...row(words.say("side.reasons"), reasons ?? words.say("side.reasons.none")),
      ),
    );
  });
  const box = made("div", "sides", ...columns);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.say("sides"));
  return box;
}

/** @param {string} term @param {string} value */
function row(term, value) {
  return [made("dt", "", term), made("dd", "", value)];
}

/** The ground with one side's line strong and the other's thin; both pictures are of the same scale. @param {Piece} piece @param {"left" | "right"} which */
function pictureOf(piece, which) {
  const strip = piece.strip.coordinates;
  const lines = { left: linesOf(piece.left_line), right: linesOf(piece.right_line) };
  const flat = flatten([...strip.flat(), ...lines.left, ...lines.right].flat());
  const path = (/** @type {number[][][]} */ parts, end = "") => parts.map((part) => `M${part.map(flat).join(" L")}${end}`).join(" ");
  const other = which === "left" ? "right" : "left";
  return picture(`0 0 ${PICTURE} ${PICTURE}`, [
    ["path", { d: path(strip.flat(), "Z"), class: "ground", "fill-rule": "evenodd" }],
    ["path", { d: path(lines[other]), class: "other" }],
    ["path", { d: path(lines[which]), class: "own" }],
  ], "side-picture");
}

/** @param {any} line @returns {[number, number][][]} */
function linesOf({ type, coordinates }) {
  return type === "LineString" ? [coordinates] : coordinates;
}

/** In metres. @param {any} line */
function longOf(line) {
  return linesOf(line).reduce((sum, part) => sum + lengthOf(part, false), 0);
}

/** Places on the picture, north up. @param {number[][]} places in degrees */
function flatten(places) {
  const ground = places.map((place) => metres(place, places[0]));
  const [wests, norths] = [ground.map(([x]) => x), ground.map(([, y]) => y)];
  const [west, north] = [Math.min(...wests), Math.max(...norths)];
  const [wide, high] = [Math.max(...wests) - west, north - Math.min(...norths)];
  const scale = (PICTURE - 2 * CLEAR) / (Math.max(wide, high) || 1);
  const [left, top] = [(PICTURE - wide * scale) / 2, (PICTURE - high * scale) / 2];
  return (/** @type {number[]} */ place) => {
    const [x, y] = metres(place, places[0]);
    return `${round(left + (x - west) * scale)} ${round(top + (north - y) * scale)}`;
  };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
