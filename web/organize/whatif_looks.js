// @ts-check
/** How what is supposed looks on the map. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { balanced } from "../draw/words.js";
import { label } from "./looks.js";
import { nameOf } from "./plans.js";

/** Pieces with their letters; who is left without a group is dashed, with a mark of its own.
 * @param {() => string | null} chosen id @returns {(feature: any) => any}
 */
export function pieces(chosen) {
  return (feature) => {
    const isChosen = feature.getId() === chosen();
    const number = feature.get("number");
    const isLeftOut = number === null;
    const color = css(isChosen ? "chosen" : isLeftOut ? "clay" : "leaf");
    return new ol.Style({
      stroke: new ol.Stroke({ color, width: isChosen ? 6 : isLeftOut ? 3 : 4, lineDash: isLeftOut ? [8, 5] : undefined }),
      fill: new ol.Fill({ color: isLeftOut ? "rgb(125 42 12 / 22%)" : "rgb(30 74 42 / 16%)" }),
      text: label(isLeftOut ? "!" : nameOf(number - 1), color, isLeftOut ? 18 : 22),
      zIndex: isLeftOut ? 1 : 0,
    });
  };
}

/** Somebody who is chosen. @returns {(feature: any) => any} */
export function mark() {
  const color = css("chosen");
  const image = new ol.CircleStyle({ radius: 8, fill: new ol.Fill({ color }), stroke: new ol.Stroke({ color: "#ffffff", width: 3 }) });
  return (feature) => {
    const name = balanced(feature.get("name"));
    const text = label(name, color, 13);
    text.setOffsetY(-10 - 8 * name.split("\n").length);
    return new ol.Style({ image, text });
  };
}

/** A line that parts somebody. @returns {any} */
export function stroke() {
  const color = css("chosen");
  return [
    new ol.Style({ stroke: new ol.Stroke({ color: "#ffffff", width: 7 }) }),
    new ol.Style({
      stroke: new ol.Stroke({ color, width: 4, lineDash: [10, 6] }),
      image: new ol.CircleStyle({ radius: 6, fill: new ol.Fill({ color }) }),
    }),
  ];
}
