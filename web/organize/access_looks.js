// @ts-check
/** How access by road looks on the map. What is wrong has a mark of its own, not a colour alone. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { label } from "./looks.js";

const MARKS = { cut_off: "✕", leaning: "⇄" };

/** Councils: a small dot where all is well, a large ring with its mark where not. @param {() => string | null} chosen id @returns {(feature: any) => any} */
export function whoLeaves(chosen) {
  return (feature) => {
    const isChosen = feature.getId() === chosen();
    const mark = MARKS[/** @type {keyof typeof MARKS} */ (feature.get("kind"))];
    const color = css(isChosen ? "chosen" : mark ? "clay" : "leaf");
    const ring = new ol.Stroke({ color: mark || isChosen ? color : "#ffffff", width: mark ? 3 : isChosen ? 4 : 1.5 });
    const inside = new ol.Fill({ color: mark || isChosen ? "#ffffff" : color });
    return new ol.Style({
      image: new ol.CircleStyle({ radius: mark ? 11 : isChosen ? 8 : 5, fill: inside, stroke: ring, declutterMode: "none" }),
      text: mark ? plain(mark, color, 15) : undefined,
      zIndex: isChosen ? 2 : mark ? 1 : 0,
    });
  };
}

/** Seats: a star with its name; a hollow one where nobody told where it is. @param {any} feature */
export function seat(feature) {
  const ink = css("ink");
  const star = feature.get("is_told") ? "★" : "☆";
  const name = label(`${star} ${feature.get("name")}`, ink, 14);
  // The council where a seat was taken to be has its own mark there.
  name.setOffsetY(20);
  return [new ol.Style({ text: plain(star, ink, 24) }), new ol.Style({ text: name })];
}

/** Ways: thin to the nearest seat, dashed to one's own that is too far, dotted to the municipality that life is with.
 * @param {() => string | null} chosen id of a council @returns {(feature: any) => any}
 */
export function way(chosen) {
  const dashes = { nearest: undefined, own: [10, 8], leans: [2, 8] };
  return (feature) => {
    const isChosen = feature.get("council") === chosen();
    const of = /** @type {keyof typeof dashes} */ (feature.get("of"));
    const color = css(isChosen ? "chosen" : of === "nearest" ? "leaf" : "clay");
    const width = isChosen ? 4 : of === "nearest" ? 1.5 : 3;
    return new ol.Style({ stroke: new ol.Stroke({ color, width, lineDash: dashes[of], lineCap: "round" }), zIndex: isChosen ? 1 : 0 });
  };
}

/** A mark that is never left out for lack of room. @param {string} text @param {string} color @param {number} size */
function plain(text, color, size) {
  const halo = new ol.Stroke({ color: "#ffffff", width: 4 });
  return new ol.Text({ text, font: `700 ${size}px sans-serif`, fill: new ol.Fill({ color }), stroke: halo, declutterMode: "none" });
}
