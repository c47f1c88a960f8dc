// @ts-check
/** Shapes on a canvas. */
import { patternFill } from "./styles.js";

/** @typedef {import("./styles.js").Style} Style */

/**
 * Area first, then lines over all areas: two passes per canvas. Rings wind as tiles have them, holes the other
 * way, so that many shapes can share one path.
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {Style} style
 */
export function fill(context, path, { fill, opacity = 1, pattern }) {
  if (!fill) return;
  context.globalAlpha = opacity;
  context.fillStyle = fill;
  context.fill(path);
  context.globalAlpha = 1;
  if (!pattern) return;
  context.fillStyle = patternFill(context, pattern, fill);
  context.fill(path);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {Style} style
 */
export function stroke(context, path, { stroke, width = 1, dash = [], casing }) {
  if (!stroke) return;
  // Round joins take several times as long, and on a thin line nobody sees them.
  context.lineJoin = width > 1.5 ? "round" : "bevel";
  if (casing) {
    context.setLineDash([]);
    context.strokeStyle = casing;
    context.lineWidth = width + 2.5;
    context.stroke(path);
  }
  context.setLineDash(dash);
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.stroke(path);
}

export const MARKER = 7;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {Style} style
 * @param {number} [radius]
 */
export function mark(context, x, y, { marker, stroke = "", casing = "" }, radius = MARKER) {
  context.setLineDash([]);
  context.beginPath();
  if (marker === "square") context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
  else if (marker === "triangle") {
    context.moveTo(x, y - radius * 1.1);
    context.lineTo(x + radius * 1.1, y + radius * 0.85);
    context.lineTo(x - radius * 1.1, y + radius * 0.85);
    context.closePath();
  } else context.arc(x, y, radius * 0.85, 0, 2 * Math.PI);
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = casing;
  context.stroke();
  context.fillStyle = stroke;
  context.fill();
}

/**
 * A sample for a legend, drawn as the map draws.
 * @param {HTMLCanvasElement} canvas
 * @param {Style} style
 */
export function sample(canvas, style) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [48, 22];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  const path = new Path2D();
  const left = style.marker ? 19 : 3;
  if (style.fill) path.rect(left, 3, width - left - 3, height - 6);
  else {
    path.moveTo(left, height / 2);
    path.lineTo(width - 2, height / 2);
  }
  fill(context, path, style);
  stroke(context, path, style);
  if (style.marker) mark(context, 8, height / 2, style, 6);
}
