// @ts-check
/** A photo as it is laid on a map: read on this phone, made small, and drawn by an affine map. It is sent nowhere. */
import * as ol from "../vendor/ol/ol.js";
import { then } from "./affine.js";
import { afterTap } from "./map.js";

/** @typedef {import("./affine.js").Affine} Affine */

/** Of larger photos the longer side gets so many pixels: enough for a pencil line, and little enough for a phone. */
export const LARGEST_PX = 2000;
const QUALITY = 0.85;

/** A photo as a picture of its own, upright and of a bearable size; throws where the browser cannot read it.
 * @param {Blob} file @returns {Promise<HTMLCanvasElement>}
 */
export async function readPhoto(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, LARGEST_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * share));
  canvas.height = Math.max(1, Math.round(bitmap.height * share));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  // What is transparent is paper.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** The picture as a file. It is written anew from its pixels, because a camera writes beside them where and when it
 * was, and whose phone it is (EXIF): none of that is kept. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>}
 */
export function asFile(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no room"))), "image/jpeg", QUALITY);
  });
}

/** A layer that shows a photo where a map of its pixels to the ground says, and numbered places on it. */
export class PhotoLayer {
  /** @param {"multiply" | "source-over"} blend how it is laid on what is below: "multiply" lets lines below shine through paper */
  constructor(blend) {
    /** @type {HTMLCanvasElement | null} */
    this.photo = null;
    /** @type {Affine | null} from pixels to the coordinates of the map */
    this.matrix = null;
    this.opacity = 1;
    this.blend = blend;
    this.source = new ol.VectorSource();
    this.layer = new ol.VectorLayer({ source: this.source });
    this.layer.on("prerender", (event) => this.#draw(event));
  }

  /** @param {HTMLCanvasElement | null} photo @param {Affine | null} matrix */
  show(photo, matrix) {
    this.photo = photo;
    this.matrix = matrix;
    // The tests of the page cannot read a canvas.
    this.layer.set("matrix", matrix);
  }

  /** @param {number} opacity from 0 to 1 */
  fade(opacity) {
    this.opacity = opacity;
    this.layer.changed();
  }

  /** @param {readonly { number: number, at: number[] }[]} places in the coordinates of the map */
  mark(places) {
    this.source.clear();
    for (const { number, at } of places) {
      const feature = new ol.Feature(new ol.Point(at));
      feature.setStyle(numbered(String(number)));
      this.source.addFeature(feature);
    }
  }

  /** @param {any} event */
  #draw({ context, frameState, inversePixelTransform }) {
    if (!this.photo || !this.matrix) return;
    const toPixels = then(then(this.matrix, frameState.coordinateToPixelTransform), inversePixelTransform);
    context.save();
    context.setTransform(...toPixels);
    context.globalAlpha = this.opacity;
    context.globalCompositeOperation = this.blend;
    context.drawImage(this.photo, 0, 0);
    context.restore();
  }
}

/** @param {string} number */
function numbered(number) {
  const color = getComputedStyle(document.documentElement).getPropertyValue("--focus").trim();
  return new ol.Style({
    image: new ol.CircleStyle({ radius: 12, fill: new ol.Fill({ color }), stroke: new ol.Stroke({ color: "#ffffff", width: 3 }) }),
    text: new ol.Text({ text: number, font: "700 14px sans-serif", fill: new ol.Fill({ color: "#ffffff" }), offsetY: 1 }),
  });
}

/** A photo to look at closely: pulled, pinched or moved with the arrows like any map. */
export class PhotoMap {
  /** @param {HTMLElement} element @param {{ zoomIn: string, zoomOut: string, target: HTMLElement }} zoom its words, and where its
   *   buttons stand: on the photo they would cover what is looked for @param {(pixel: [number, number]) => void} onTap */
  constructor(element, { zoomIn, zoomOut, target }, onTap) {
    this.element = element;
    this.photo = new PhotoLayer("source-over");
    /** Whether the photo was fitted into the room there is; while its panel is closed there is none. */
    this.isSeen = false;
    this.map = new ol.Map({
      target: element,
      controls: [new ol.Zoom({ zoomInTipLabel: zoomIn, zoomOutTipLabel: zoomOut, target })],
      interactions: ol
        .interactions({ doubleClickZoom: false, altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false })
        .extend([new ol.KeyboardPan({ pixelDelta: 8, condition: (event) => event.originalEvent.shiftKey })]),
      layers: [this.photo.layer],
      moveTolerance: 4,
    });
    // The tests of the page cannot read a canvas.
    Object.assign(element, { map: this.map });
    this.map.on("click", ({ coordinate: [x, y] }) => afterTap(element, () => onTap([x, -y])));
  }

  /** The pixel in the middle. */
  get centre() {
    const [x, y] = this.map.getView().getCenter() ?? [0, 0];
    return /** @type {[number, number]} */ ([x, -y]);
  }

  /** @param {HTMLCanvasElement | null} photo */
  show(photo) {
    // Pixels are the unit of this map; its y goes up.
    this.photo.show(photo, [1, 0, 0, -1, 0, 0]);
    this.isSeen = photo !== null && this.element.clientWidth > 0;
    if (!photo || !this.isSeen) return;
    this.map.updateSize();
    const extent = [0, -photo.height, photo.width, 0];
    const view = new ol.View({ extent, constrainOnlyCenter: true, minResolution: 0.25, enableRotation: false });
    this.map.setView(view);
    view.fit(extent);
  }

  /** @param {readonly { number: number, pixel: readonly number[] }[]} places */
  mark(places) {
    this.photo.mark(places.map(({ number, pixel: [x, y] }) => ({ number, at: [x, -y] })));
  }
}
