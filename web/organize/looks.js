// @ts-check
/** How what organizers see looks on their map. Nothing is told by colour alone. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { nameOf } from "./plans.js";

/** @param {string} text @param {string} color @param {number} size */
export function label(text, color, size) {
  const halo = new ol.Stroke({ color: "#ffffff", width: 5 });
  return new ol.Text({ text, font: `700 ${size}px sans-serif`, fill: new ol.Fill({ color }), stroke: halo });
}

/** Gaps: dashed, with the letter of their kind; the chosen one whole and thick. @param {() => string | null} chosen id @returns {(feature: any) => any} */
export function gaps(chosen) {
  const ink = css("ink");
  return (feature) => {
    const isChosen = feature.getId() === chosen();
    return new ol.Style({
      stroke: new ol.Stroke({ color: css(isChosen ? "chosen" : "clay"), width: isChosen ? 5 : 2.5, lineDash: isChosen ? undefined : [8, 4] }),
      fill: new ol.Fill({ color: isChosen ? "rgb(11 79 138 / 25%)" : "rgb(125 42 12 / 18%)" }),
      text: label(feature.get("kind"), ink, 16),
      zIndex: isChosen ? 1 : 0,
    });
  };
}

/** Where one looks. */
export function area() {
  const style = new ol.Style({ stroke: new ol.Stroke({ color: css("jurisdiction"), width: 3, lineDash: [10, 6] }) });
  return () => style;
}

/** Groups of a plan: a thick line and the letter that the list names them by. @param {any} feature */
export function group(feature) {
  return new ol.Style({
    stroke: new ol.Stroke({ color: css("leaf"), width: 5 }),
    fill: new ol.Fill({ color: "rgb(30 74 42 / 18%)" }),
    text: label(nameOf(Number(feature.getId())), css("leaf"), 22),
  });
}
