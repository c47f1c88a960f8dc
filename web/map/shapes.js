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
 * @property {Path2D | null} path for itself, made when somebody points at it
 * @property {number[]} box in pixels of the tile
 * @property {boolean} isVisible large enough to be more than its marker
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
/** A finger is 44 pixels wide. */
const REACH = 22;
/** Vertices nearer than this to the one before are left out: from afar most are. */
const NEAR = 0.6;
/** Shapes drawn at once: fewer calls, and not one path without end. */
const AT_ONCE = 1000;

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
    const batches = batched(tile);
    for (const { path, style } of batches) fill(context, path, style);
    for (const { path, style } of batches) stroke(context, path, style);
    const marked = standing(tile.drawn.filter((/** @type {Drawn} */ one) => one.marker));
    const radius = tile.coords.z < 10 ? 0.6 * MARKER : tile.coords.z < 12 ? 0.8 * MARKER : MARKER;
    for (const { marker, style } of marked) mark(context, marker.x, marker.y, style, radius);
    this._emphasise(tile);
  },

  _emphasise(/** @type {any} */ tile) {
    const chosen = this._chosen ? tile.drawn.filter((/** @type {Drawn} */ one) => this._chosen(one.shape)) : [];
    if (!chosen.length && !tile.over) return;
    tile.over ??= tile.appendChild(canvas());
    const context = prepared(tile.over);
    for (const piece of chosen) {
      const { style, marker } = piece;
      const path = pathOf(piece, tile);
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
    return under(tile, x, y)?.shape;
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
    const isVisible = !marker || box[2] - box[0] >= VISIBLE || box[3] - box[1] >= VISIBLE;
    out.push({ shape, style: styled, box, marker, isVisible, path: null });
  }
  return out;
}

/** One path for many shapes of the same style. @param {any} tile */
function batched(tile) {
  /** @type {{path: Path2D, style: Style, left: number}[]} */
  const batches = [];
  /** @type {Map<Style, {path: Path2D, style: Style, left: number}>} */
  const open = new Map();
  for (const { shape, style, isVisible } of tile.drawn) {
    if (!isVisible) continue;
    let batch = open.get(style);
    if (!batch || !batch.left) {
      batch = { path: new Path2D(), style, left: AT_ONCE };
      open.set(style, batch);
      batches.push(batch);
    }
    batch.left -= 1;
    trace(batch.path, shape, tile.cut);
  }
  return batches;
}

/** @param {Drawn} piece @param {any} tile */
function pathOf(piece, tile) {
  if (!piece.path) {
    piece.path = new Path2D();
    if (piece.isVisible) trace(piece.path, piece.shape, tile.cut);
  }
  return piece.path;
}

/** @param {Path2D} path @param {Shape} shape @param {import("./sources.js").Cut} cut */
function trace(path, { type, xy, ends }, { scale, left, top }) {
  let i = 0;
  for (const end of ends) {
    if (type === POINT) {
      for (; i < end; i += 2) path.rect(xy[i] * scale - left - 0.75, xy[i + 1] * scale - top - 0.75, 1.5, 1.5);
      continue;
    }
    let x = xy[i] * scale - left;
    let y = xy[i + 1] * scale - top;
    path.moveTo(x, y);
    for (i += 2; i < end; i += 2) {
      const nextX = xy[i] * scale - left;
      const nextY = xy[i + 1] * scale - top;
      if (Math.abs(nextX - x) < NEAR && Math.abs(nextY - y) < NEAR && i < end - 2) continue;
      x = nextX;
      y = nextY;
      path.lineTo(x, y);
    }
    if (type === POLYGON) path.closePath();
  }
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

/** @param {any} tile @param {number} x @param {number} y @returns {Drawn | undefined} */
function under(tile, x, y) {
  const context = /** @type {CanvasRenderingContext2D} */ (tile.base.getContext("2d"));
  // Paths are in pixels of the tile, the context is scaled for a dense screen.
  const ratio = context.getTransform().a;
  let [nearest, least] = [/** @type {Drawn | undefined} */ (undefined), REACH];
  for (const piece of tile.drawn) {
    if (!piece.marker) continue;
    const distance = Math.hypot(piece.marker.x - x, piece.marker.y - y);
    if (distance < least) [nearest, least] = [piece, distance];
  }
  if (nearest) return nearest;
  const isHit = (/** @type {Drawn} */ piece) => {
    const { box, style, shape } = piece;
    if (box[0] > x + 6 || box[2] < x - 6 || box[1] > y + 6 || box[3] < y - 6) return false;
    const path = pathOf(piece, tile);
    if (shape.type === POLYGON && style.fill) return context.isPointInPath(path, x * ratio, y * ratio);
    context.lineWidth = 12;
    context.setLineDash([]);
    return context.isPointInStroke(path, x * ratio, y * ratio);
  };
  // The smallest of those that contain the point: a small overlap inside a large one can be reached too.
  const size = (/** @type {Drawn} */ { box }) => (box[2] - box[0]) * (box[3] - box[1]);
  return tile.drawn.filter(isHit).sort((/** @type {Drawn} */ a, /** @type {Drawn} */ b) => size(a) - size(b))[0];
}
