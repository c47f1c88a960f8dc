// @ts-check
/** A Leaflet layer that draws shapes on one canvas per tile, and knows what lies under a point. */
import { POINT, POLYGON } from "./mvt.js";
import { MARKER, fill, mark, stroke } from "./pen.js";
import { colour } from "./styles.js";

/** @typedef {import("./mvt.js").Shape} Shape */
/** @typedef {import("./styles.js").Style} Style */

/**
 * @typedef {object} Drawn
 * @property {Shape} shape
 * @property {Style} style
 * @property {Path2D} path
 * @property {number[]} box in pixels of the tile
 * @property {{x: number, y: number} | null} marker
 */

/**
 * @typedef {object} ShapesOptions
 * @property {import("./sources.js").Source} source
 * @property {(shape: Shape, zoom: number) => Style | null} style nothing: not drawn now
 * @property {(shape: Shape) => {x: number, y: number} | null} [place] in units of the source, where its marker stands
 * @property {(failure: Error) => void} [onFailure]
 */

const L = /** @type {any} */ (globalThis).L;

const SIZE = 512;
/** How far a neighbouring tile's marker or line reaches in: whole cells, so that both tiles agree. */
const CELL = 16;
const MARGIN = 2 * CELL;
/** What is smaller is only a marker. */
const VISIBLE = 10;
const REACH = 16;

export const Shapes = L.GridLayer.extend({
  options: { tileSize: SIZE, updateWhenZooming: false, keepBuffer: 1, interactive: true, minZoom: 1, maxZoom: 20 },

  createTile(/** @type {any} */ coords, /** @type {(error: Error | null, tile: HTMLElement) => void} */ done) {
    const tile = L.DomUtil.create("div", "shapes-tile");
    tile.coords = coords;
    Promise.resolve()
      .then(() => this.options.source.cut(coords, SIZE, MARGIN))
      .then((cut) => {
        tile.cut = cut;
        this._draw(tile);
        done(null, tile);
      })
      .catch((failure) => {
        this.options.onFailure?.(failure);
        done(failure, tile);
      });
    return tile;
  },

  /** Draw again with the styles of now: what was fetched is kept. */
  restyle() {
    for (const { el } of Object.values(this._tiles ?? {})) if (el.cut) this._draw(el);
  },

  /** Make some shapes stand out. @param {(shape: Shape) => boolean} chosen */
  highlight(/** @type {(shape: Shape) => boolean} */ chosen) {
    this._chosen = chosen;
    for (const { el } of Object.values(this._tiles ?? {})) if (el.drawn) this._emphasise(el);
  },

  _draw(/** @type {any} */ tile) {
    tile.drawn = drawn(tile.cut, tile.coords.z, this.options);
    tile.base ??= tile.appendChild(canvas());
    const context = prepared(tile.base);
    for (const { path, style } of tile.drawn) fill(context, path, style);
    for (const { path, style } of tile.drawn) stroke(context, path, style);
    const marked = standing(tile.drawn.filter((/** @type {Drawn} */ one) => one.marker));
    for (const { marker, style } of marked) mark(context, marker.x, marker.y, style);
    this._emphasise(tile);
  },

  _emphasise(/** @type {any} */ tile) {
    const chosen = this._chosen ? tile.drawn.filter((/** @type {Drawn} */ one) => this._chosen(one.shape)) : [];
    if (!chosen.length && !tile.over) return;
    tile.over ??= tile.appendChild(canvas());
    const context = prepared(tile.over);
    for (const { path, style, marker } of chosen) {
      stroke(context, path, { stroke: colour("chosen"), width: 4, casing: "#fff" });
      if (marker) mark(context, marker.x, marker.y, { ...style, casing: colour("chosen") }, MARKER + 3);
    }
  },

  /**
   * The topmost shape under a point.
   * @param {any} latlng
   * @returns {Shape | undefined}
   */
  at(/** @type {any} */ latlng) {
    if (!this._map || this._tileZoom === undefined) return undefined;
    const pixel = this._map.project(latlng, this._tileZoom);
    const key = `${Math.floor(pixel.x / SIZE)}:${Math.floor(pixel.y / SIZE)}:${this._tileZoom}`;
    const tile = this._tiles[key]?.el;
    if (!tile?.drawn) return undefined;
    const [x, y] = [pixel.x - tile.coords.x * SIZE, pixel.y - tile.coords.y * SIZE];
    return under(tile.drawn, x, y, tile.base.getContext("2d"))?.shape;
  },
});

function canvas() {
  return L.DomUtil.create("canvas", "shapes-canvas");
}

/** @param {HTMLCanvasElement} element */
function prepared(element) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  element.width = element.height = SIZE * ratio;
  const context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
  context.scale(ratio, ratio);
  return context;
}

/**
 * @param {import("./sources.js").Cut} cut
 * @param {number} zoom
 * @param {ShapesOptions} options
 * @returns {Drawn[]}
 */
function drawn({ shapes, scale, left, top }, zoom, { style, place }) {
  const out = [];
  for (const shape of shapes) {
    const styled = style(shape, zoom);
    if (!styled) continue;
    const box = [
      shape.box[0] * scale - left,
      shape.box[1] * scale - top,
      shape.box[2] * scale - left,
      shape.box[3] * scale - top,
    ];
    const at = place?.(shape);
    const marker = styled.marker && at ? { x: at.x * scale - left, y: at.y * scale - top } : null;
    const isSmall = marker && box[2] - box[0] < VISIBLE && box[3] - box[1] < VISIBLE;
    out.push({ shape, style: styled, box, marker, path: isSmall ? new Path2D() : traced(shape, scale, left, top) });
  }
  return out;
}

/** @param {Shape} shape @param {number} scale @param {number} left @param {number} top */
function traced({ type, xy, ends }, scale, left, top) {
  const path = new Path2D();
  let i = 0;
  for (const end of ends) {
    if (type === POINT) {
      for (; i < end; i += 2) path.rect(xy[i] * scale - left - 0.75, xy[i + 1] * scale - top - 0.75, 1.5, 1.5);
      continue;
    }
    path.moveTo(xy[i] * scale - left, xy[i + 1] * scale - top);
    for (i += 2; i < end; i += 2) path.lineTo(xy[i] * scale - left, xy[i + 1] * scale - top);
    if (type === POLYGON) path.closePath();
  }
  return path;
}

/** Of markers in one cell only the first, heaviest; drawn last, on top. @param {any[]} marked */
function standing(marked) {
  const cells = new Map();
  for (const one of marked) {
    const cell = `${Math.floor(one.marker.x / CELL)}:${Math.floor(one.marker.y / CELL)}`;
    if (!cells.has(cell)) cells.set(cell, one);
  }
  return [...cells.values()].reverse();
}

/**
 * @param {Drawn[]} pieces
 * @param {number} x
 * @param {number} y
 * @param {CanvasRenderingContext2D} context
 */
function under(pieces, x, y, context) {
  let [nearest, least] = [/** @type {Drawn | undefined} */ (undefined), REACH];
  for (const piece of pieces) {
    if (!piece.marker) continue;
    const distance = Math.hypot(piece.marker.x - x, piece.marker.y - y);
    if (distance < least) [nearest, least] = [piece, distance];
  }
  if (nearest) return nearest;
  const hit = (/** @type {Drawn} */ { path, box, style, shape }) => {
    if (box[0] > x + 6 || box[2] < x - 6 || box[1] > y + 6 || box[3] < y - 6) return false;
    // The path is in pixels of the tile, the context may be scaled for a dense screen.
    const ratio = context.getTransform().a;
    if (shape.type === POLYGON && style.fill) return context.isPointInPath(path, x * ratio, y * ratio, "evenodd");
    context.lineWidth = 12;
    context.setLineDash([]);
    return context.isPointInStroke(path, x * ratio, y * ratio);
  };
  // The smallest of those that contain the point: a small overlap inside a large one can be reached too.
  const size = (/** @type {Drawn} */ { box }) => (box[2] - box[0]) * (box[3] - box[1]);
  return pieces.filter(hit).sort((a, b) => size(a) - size(b))[0];
}
