// @ts-check
/** How exchanges look on the map: a line as wide as what goes along it is large, with an arrow to who takes it. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { label } from "./looks.js";

const [THIN, THICK] = [2, 12];
const ARROW = 9;

/** Flows with their amount, and dashed lines from communes to councils far from them.
 * @param {() => string | null} chosen id
 * @param {(feature: any) => number} share of the largest amount of the same product, 0 to 1
 * @param {(feature: any) => string} amount with its unit
 * @returns {(feature: any, resolution: number) => any}
 */
export function link(chosen, share, amount) {
  return (feature, resolution) => {
    const isChosen = feature.getId() === chosen();
    const zIndex = isChosen ? 2 : 0;
    if (feature.get("kind") === "satellite") {
      const far = feature.getGeometry().getLastCoordinate();
      const color = css(isChosen ? "chosen" : "clay");
      return [
        new ol.Style({ stroke: new ol.Stroke({ color, width: isChosen ? 5 : 3, lineDash: [3, 9] }), zIndex }),
        new ol.Style({ geometry: new ol.Point(far), image: shape(4, 9, color), text: label("?", color, 14), zIndex }),
      ];
    }
    const color = css(isChosen ? "chosen" : "leaf");
    const width = THIN + (THICK - THIN) * Math.sqrt(share(feature));
    const [from, to] = feature.getGeometry().getCoordinates();
    const middle = new ol.Point([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
    return [
      new ol.Style({ stroke: new ol.Stroke({ color: "#ffffff", width: width + 3 }), zIndex }),
      new ol.Style({ stroke: new ol.Stroke({ color, width }), zIndex }),
      // Ground, not a picture: where things lie close, pictures make room for each other. Above the line, as ground lies below lines.
      new ol.Style({ geometry: arrow(from, to, (ARROW + width) * resolution), fill: new ol.Fill({ color }), stroke: new ol.Stroke({ color: "#ffffff", width: 1.5 }), zIndex: zIndex + 1 }),
      new ol.Style({ geometry: middle, text: label(amount(feature), color, 14), zIndex }),
    ];
  };
}

/** The head of an arrow. @param {number[]} from @param {number[]} to @param {number} size in metres of the map */
function arrow([x, y], [toX, toY], size) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const [east, north] = [(toX - x) / length, (toY - y) / length];
  const back = [toX - size * east, toY - size * north];
  const half = 0.75 * size;
  const corners = [[toX, toY], [back[0] - half * north, back[1] + half * east], [back[0] + half * north, back[1] - half * east], [toX, toY]];
  return new ol.Polygon([corners]);
}

/** What stays open: a square that stands on its tip where something is needed, a round where it is offered.
 * @param {() => string | null} chosen id @returns {(feature: any) => any}
 */
export function openEnd(chosen) {
  return (feature) => {
    const isChosen = feature.getId() === chosen();
    const isNeed = feature.get("kind") === "needs";
    const color = css(isChosen ? "chosen" : isNeed ? "clay" : "leaf");
    const text = label(feature.get("product"), color, 13);
    text.setOffsetY(18);
    return new ol.Style({ image: shape(isNeed ? 4 : 40, isChosen ? 13 : 9, color), text, zIndex: isChosen ? 1 : 0 });
  };
}

/** @param {number} points @param {number} radius @param {string} color */
function shape(points, radius, color) {
  return new ol.RegularShape({ points, radius, fill: new ol.Fill({ color: "#ffffff" }), stroke: new ol.Stroke({ color, width: 3 }) });
}
