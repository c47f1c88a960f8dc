// @ts-check
/** How the stretches of borders stand, on the map: by dashes and words, and only then by colour. */
import * as ol from "../vendor/ol/ol.js";
import { made, picture } from "./elements.js";
import { item } from "./page.js";
import { isStrip, lookOf, wordOf } from "./stretch.js";

/** @typedef {import("./stretch.js").Piece} Piece */
/** @typedef {import("./stretch.js").Look} Look */

/** Width of each line on the map, its dashes, and the variable of its colour. @type {Record<Look, { width: number, dash?: number[], color: string, isDouble?: boolean }>} */
const LINES = {
  agreed: { width: 7, color: "leaf" },
  proposed: { width: 5, dash: [20, 12], color: "focus" },
  contested: { width: 8, color: "error", isDouble: true },
  unasked: { width: 2, color: "ink" },
};
const LOOKS = /** @type {Look[]} */ (Object.keys(LINES));

export class StretchLayer {
  /** @param {import("./map.js").DrawMap} map @param {import("./words.js").Words} words */
  constructor(map, words) {
    this.words = words;
    this.source = new ol.VectorSource();
    const layers = map.map.getLayers();
    // What is shown before somebody decides, and what is pointed at, lie above.
    layers.insertAt(layers.getLength() - 2, new ol.VectorLayer({ source: this.source, style: styleOf(), declutter: true }));
  }

  /** Show these, and no others. @param {readonly Piece[]} pieces */
  show(pieces) {
    const reader = new ol.GeoJSON({ featureProjection: "EPSG:3857" });
    this.source.clear();
    for (const piece of pieces) {
      const [look, word] = [lookOf(piece), this.words.say(wordOf(piece))];
      // Where the lines differ both are shown, and the word stands in the ground between them.
      const shapes = isStrip(piece) ? [piece.left_line, piece.right_line, piece.strip] : [piece.left_line];
      shapes.forEach((shape, k) => {
        if (!shape?.coordinates.length) return;
        const [feature] = reader.readFeatures(shape);
        feature.set("look", look);
        if (k === shapes.length - 1) feature.set("word", word);
        this.source.addFeature(feature);
      });
    }
  }
}

/** What the lines mean. @param {import("./words.js").Words} words */
export function legend(words) {
  const rows = LOOKS.map((look) => item(sample(look), " ", words.say(`look.${look}`)));
  return made("ul", "looks", ...rows);
}

/** A piece of line as it looks on the map. @param {Look} look */
export function sample(look) {
  const { width, dash, isDouble } = LINES[look];
  const line = { x1: "2", y1: "7", x2: "46", y2: "7", "stroke-width": String(width) };
  const dashes = dash ? { "stroke-dasharray": dash.map((part) => part * 0.7).join(" ") } : {};
  const core = { ...line, "stroke-width": String(width / 3), class: "core" };
  return picture("0 0 48 14", [["line", { ...line, ...dashes }], ...(isDouble ? /** @type {[string, any][]} */ ([["line", core]]) : [])], `sample ${look}`);
}

function styleOf() {
  const root = getComputedStyle(document.documentElement);
  const font = `700 13px ${getComputedStyle(document.body).fontFamily}`;
  /** @param {string} color @param {number} width @param {number[]} [lineDash] */
  const stroke = (color, width, lineDash) => new ol.Style({ stroke: new ol.Stroke({ color, width, lineDash }) });
  /** @param {string} name */
  const color = (name) => root.getPropertyValue(`--${name}`).trim();
  const lines = new Map(LOOKS.map((look) => {
    const { width, dash, color: name, isDouble } = LINES[look];
    const casing = stroke("#ffffff", width + 4);
    return [look, [casing, stroke(color(name), width, dash), ...(isDouble ? [stroke("#ffffff", width / 3)] : [])]];
  }));
  const ground = new ol.Style({ fill: new ol.Fill({ color: "rgb(161 0 31 / 14%)" }) });
  /** @param {any} feature */
  return (feature) => {
    const [look, word] = [/** @type {Look} */ (feature.get("look")), feature.get("word")];
    const isGround = feature.getGeometry().getType().endsWith("Polygon");
    const text = word && new ol.Text({
      text: word,
      font,
      overflow: true,
      fill: new ol.Fill({ color: color("ink") }),
      stroke: new ol.Stroke({ color: "#ffffff", width: 4 }),
    });
    const styles = isGround ? (look === "contested" ? [ground] : []) : lines.get(look) ?? [];
    return text ? [...styles, new ol.Style({ text })] : styles;
  };
}
