// @ts-check
/** How what organizers see looks on their map. Nothing is told by colour alone. */
import * as ol from "../vendor/ol/ol.js";
import { css } from "../draw/looks.js";
import { balanced } from "../draw/words.js";
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

/** Territories that were chosen: a point and the name. @param {any} feature */
export function pin(feature) {
  const text = label(balanced(feature.get("name")), css("chosen"), 14);
  text.setOffsetY(-18);
  return new ol.Style({ image: new ol.CircleStyle({ radius: 7, fill: new ol.Fill({ color: css("chosen") }), stroke: new ol.Stroke({ color: "#ffffff", width: 3 }) }), text });
}

/** Each part of a corridor has dashes or a fill of its own: colour, width and dashes of its line, fill, order. */
const PARTS = /** @type {Record<string, [string, number, number[], string | null, number]>} */ ({
  envelope: ["jurisdiction", 2, [2, 6], "rgb(91 84 112 / 8%)", 0],
  corridor: ["leaf", 5, [], null, 5],
  member: ["leaf", 1.5, [], "rgb(30 74 42 / 30%)", 1],
  affirmed: ["leaf", 4, [], "rgb(30 74 42 / 35%)", 3],
  planned: ["leaf", 3, [10, 6], "rgb(30 74 42 / 10%)", 2],
  talk_to: ["clay", 2.5, [8, 4], "rgb(125 42 12 / 12%)", 2],
  on_the_way: ["clay", 2.5, [8, 4], "rgb(125 42 12 / 12%)", 1],
  backbone: ["ink", 2, [14, 4, 2, 4], null, 6],
  break: ["clay", 9, [3, 3], null, 7],
});

/** A corridor with what there is to do about it, numbered as in the list. @param {() => string | null} shown id @returns {(feature: any) => any} */
export function corridor(shown) {
  return (feature) => {
    const [kind, number, isShown] = [feature.get("kind"), feature.get("number"), feature.getId() === shown()];
    if (kind === "water") return water(feature.get("name"));
    const [color, width, lineDash, fill, zIndex] = PARTS[kind];
    const said = number ?? (["affirmed", "planned"].includes(kind) ? balanced(feature.get("name") ?? "") : "");
    return new ol.Style({
      stroke: new ol.Stroke({ color: css(isShown ? "chosen" : color), width: isShown ? width + 3 : width, lineDash: isShown ? undefined : lineDash }),
      fill: fill || isShown ? new ol.Fill({ color: isShown ? "rgb(11 79 138 / 25%)" : String(fill) }) : undefined,
      text: said ? label(said, css(number ? "clay-deep" : "leaf"), number ? 15 : 14) : undefined,
      zIndex: isShown ? 10 : zIndex,
    });
  };
}

/** @param {string} name */
function water(name) {
  const text = label(balanced(name), css("note"), 13);
  text.setOffsetY(-16);
  return new ol.Style({ image: new ol.CircleStyle({ radius: 6, fill: new ol.Fill({ color: css("note") }), stroke: new ol.Stroke({ color: "#ffffff", width: 2 }) }), text, zIndex: 8 });
}
