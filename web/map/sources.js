// @ts-check
/** Where shapes come from: tiles of the server, or one tile of the whole world inside the page. */
import { decode } from "./mvt.js";

/** @typedef {import("./mvt.js").Shape} Shape */

/**
 * @typedef {object} Cut
 * @property {Shape[]} shapes
 * @property {number} scale pixels per unit
 * @property {number} left pixels to take off
 * @property {number} top
 */

/** @typedef {{x: number, y: number, z: number}} Coords */

/** @typedef {{cut: (coords: Coords, size: number, margin: number) => Cut | Promise<Cut>}} Source */

/**
 * Shapes that came with the page.
 * @param {Uint8Array} bytes
 * @returns {Source & {shapes: Shape[], extent: number}}
 */
export function embedded(bytes) {
  const [layer] = Object.values(decode(bytes));
  const { shapes, extent } = layer ?? { shapes: [], extent: 1 };
  return {
    shapes,
    extent,
    cut(coords, size, margin) {
      const scale = (256 * 2 ** coords.z) / extent;
      const [left, top] = [coords.x * size, coords.y * size];
      const west = (left - margin) / scale;
      const north = (top - margin) / scale;
      const east = (left + size + margin) / scale;
      const south = (top + size + margin) / scale;
      const inside = shapes.filter(
        ({ box }) => box[0] <= east && box[2] >= west && box[1] <= south && box[3] >= north,
      );
      return { shapes: inside, scale, left, top };
    },
  };
}

/**
 * Shapes of the server's vector tiles.
 * @param {string} url with {layer}, {z}, {x}, {y}
 * @param {string} name of the layer
 * @returns {Source}
 */
export function served(url, name) {
  return {
    async cut({ x, y, z }, size) {
      // A tile 512 pixels wide is one of the zoom before.
      const zoom = z - Math.log2(size / 256);
      const empty = { shapes: [], scale: 1, left: 0, top: 0 };
      if (zoom < 0 || x < 0 || y < 0 || Math.max(x, y) >= 2 ** zoom) return empty;
      /** @type {Record<string, string | number>} */
      const parts = { layer: name, z: zoom, x, y };
      const address = url.replace(/\{(layer|z|x|y)\}/g, (_, part) => encodeURIComponent(parts[part]));
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${answer.status} ${address}`);
      const layer = decode(new Uint8Array(await answer.arrayBuffer()))[name];
      return layer ? { shapes: layer.shapes, scale: size / layer.extent, left: 0, top: 0 } : empty;
    },
  };
}

/**
 * Bytes written into the page.
 * @param {string} id of the element that holds them, in base64
 */
export function bytesOf(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  const raw = atob(text.trim());
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
