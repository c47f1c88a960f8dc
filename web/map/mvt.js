// @ts-check
/** Vector tiles read into flat arrays. */
import Pbf from "../vendor/pbf/pbf.js";

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

/**
 * @typedef {object} Shape
 * @property {number} type POINT, LINE or POLYGON
 * @property {Record<string, string | number | boolean>} properties
 * @property {Int32Array} xy coordinates of one path after another
 * @property {number[]} ends where each path ends in `xy`
 * @property {[number, number, number, number]} box west, north, east, south in tile units
 */

/** @typedef {{extent: number, shapes: Shape[]}} Layer */

/**
 * The layers of a tile.
 * @param {Uint8Array} bytes
 * @returns {Record<string, Layer>}
 */
export function decode(bytes) {
  return new Pbf(bytes).readFields((tag, /** @type {Record<string, Layer>} */ layers, pbf) => {
    if (tag !== 3) return;
    const { name, layer } = readLayer(pbf, pbf.readVarint() + pbf.pos);
    layers[name] = layer;
  }, {});
}

/** @param {Pbf} pbf @param {number} end */
function readLayer(pbf, end) {
  const raw = { name: "", extent: 4096, keys: /** @type {string[]} */ ([]), values: /** @type {any[]} */ ([]) };
  /** @type {{shape: Shape, tags: number[]}[]} */
  const features = [];
  pbf.readFields((tag) => {
    if (tag === 1) raw.name = pbf.readString();
    else if (tag === 2) features.push(readFeature(pbf, pbf.readVarint() + pbf.pos));
    else if (tag === 3) raw.keys.push(pbf.readString());
    else if (tag === 4) raw.values.push(readValue(pbf, pbf.readVarint() + pbf.pos));
    else if (tag === 5) raw.extent = pbf.readVarint();
  }, null, end);
  // Keys and values stand behind the features.
  for (const { shape, tags } of features) {
    for (let i = 0; i < tags.length; i += 2) shape.properties[raw.keys[tags[i]]] = raw.values[tags[i + 1]];
  }
  return { name: raw.name, layer: { extent: raw.extent, shapes: features.map((feature) => feature.shape) } };
}

/** @param {Pbf} pbf @param {number} end */
function readValue(pbf, end) {
  /** @type {any} */
  let value = null;
  pbf.readFields((tag) => {
    if (tag === 1) value = pbf.readString();
    else if (tag === 2) value = pbf.readFloat();
    else if (tag === 3) value = pbf.readDouble();
    else if (tag === 4) value = pbf.readVarint(true);
    else if (tag === 5) value = pbf.readVarint();
    else if (tag === 6) value = pbf.readSVarint();
    else if (tag === 7) value = pbf.readBoolean();
  }, null, end);
  return value;
}

/** @param {Pbf} pbf @param {number} end */
function readFeature(pbf, end) {
  /** @type {Shape} */
  const shape = { type: 0, properties: {}, xy: new Int32Array(0), ends: [], box: [0, 0, 0, 0] };
  /** @type {number[]} */
  let tags = [];
  pbf.readFields((tag) => {
    if (tag === 2) tags = pbf.readPackedVarint();
    else if (tag === 3) shape.type = pbf.readVarint();
    else if (tag === 4) readGeometry(pbf, pbf.readVarint() + pbf.pos, shape);
  }, null, end);
  return { shape, tags };
}

let scratch = new Int32Array(1 << 12);

/** @param {Pbf} pbf @param {number} end @param {Shape} shape */
function readGeometry(pbf, end, shape) {
  if (scratch.length < end - pbf.pos) scratch = new Int32Array(2 * (end - pbf.pos));
  const { ends } = shape;
  let [x, y, size] = [0, 0, 0];
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  while (pbf.pos < end) {
    const command = pbf.readVarint();
    const kind = command & 7;
    if (kind === 7) continue; // a ring closes itself
    if (kind === 1 && size) ends.push(size);
    for (let left = command >> 3; left > 0; left--) {
      x += pbf.readSVarint();
      y += pbf.readSVarint();
      scratch[size++] = x;
      scratch[size++] = y;
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
  }
  ends.push(size);
  shape.xy = scratch.slice(0, size);
  shape.box = [west, north, east, south];
}
