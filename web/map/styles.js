// @ts-check
/** How things are drawn. Colours are the custom properties of the style sheet, so that legend and map agree. */

/**
 * @typedef {object} Style
 * @property {string} [fill]
 * @property {number} [opacity] of the fill
 * @property {"lines" | "cross" | "dots"} [pattern] drawn over the fill
 * @property {string} [stroke]
 * @property {number} [width]
 * @property {number[]} [dash]
 * @property {string} [casing] a wider line below, so that the line shows on any ground
 * @property {"square" | "triangle" | "circle"} [marker] where the shape is too small to see, and at its place
 */

/** @type {Map<string, string>} */
const colours = new Map();

/** @param {string} name */
export function colour(name) {
  let known = colours.get(name);
  if (known === undefined) {
    known = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(name, known);
  }
  return known;
}

export const TINTS = 6;

/** The same group has the same tint on every tile. @param {string} id */
export function tintOf(id) {
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return `tint-${(hash >>> 0) % TINTS}`;
}

/**
 * A territory of a level.
 * @param {{filled: boolean, rank: number, beside: boolean, opacity: number}} level
 * @param {string | undefined} group whose tint it has; none for a territory that is in no group
 * @param {number} [zoom] thinner lines from afar, where they lie closer
 * @returns {Style}
 */
export function territory({ filled, rank, beside, opacity }, group, zoom = 14) {
  // Shapes of one style are drawn together, so the same style is the same object.
  const tint = filled && group !== undefined ? tintOf(group) : "tint-none";
  const key = `${filled} ${rank} ${beside} ${opacity} ${tint} ${zoom}`;
  let style = territories.get(key);
  if (!style) territories.set(key, (style = territoryStyle(filled, rank, beside, opacity, tint, zoom)));
  return style;
}

/** @type {Map<string, Style>} */
const territories = new Map();

/**
 * @param {boolean} filled @param {number} rank @param {boolean} beside @param {number} opacity
 * @param {string} tint @param {number} zoom
 * @returns {Style}
 */
function territoryStyle(filled, rank, beside, opacity, tint, zoom) {
  const width = zoom < 11 ? 0.6 : zoom < 13 ? 0.8 : 1;
  if (beside) return { stroke: colour("corridor"), width: 4 * width, dash: [14, 7] };
  if (!filled) return { stroke: colour("group-line"), width: Math.min(1 + rank, 5) * width, casing: colour("casing") };
  return { fill: colour(tint), opacity, stroke: colour("unit-line"), width };
}

/** @type {Record<string, {marker: Style["marker"], dash: number[], width: number}>} */
const SEVERITIES = {
  error: { marker: "square", dash: [], width: 3 },
  warning: { marker: "triangle", dash: [9, 4], width: 2.5 },
  note: { marker: "circle", dash: [2, 4], width: 2.5 },
};

/** What lies between boundaries is filled with a pattern; what is about a whole territory only has its line. */
const PATTERNS = [
  [/^geometry\./, "cross"],
  [/overlap|duplicate|contains|outside|several/, "lines"],
  [/gap|enclave/, "dots"],
];

/**
 * A finding: severity by colour, line and marker; kind by pattern.
 * @param {string} code
 * @param {string} severity
 * @returns {Style}
 */
export function finding(code, severity) {
  const { marker, dash, width } = SEVERITIES[severity];
  const pattern = /** @type {Style["pattern"]} */ (PATTERNS.find(([codes]) => /** @type {RegExp} */ (codes).test(code))?.[1]);
  const ink = colour(severity);
  return { fill: pattern && ink, opacity: 0.18, pattern, stroke: ink, width, dash, casing: colour("casing"), marker };
}

/** @returns {Record<string, Style>} */
export const plain = () => ({
  land: { fill: colour("land"), opacity: 1 },
  jurisdiction: { stroke: colour("jurisdiction"), width: 1.5, dash: [8, 4, 2, 4] },
  state: { stroke: colour("jurisdiction"), width: 3, dash: [12, 5, 2, 5] },
  // From afar these lines lie close, and those of states are enough to find one's way.
  break: { stroke: colour("clay"), width: 6, dash: [3, 5] },
  far: { stroke: colour("jurisdiction"), width: 0.5 },
});

/** @type {Map<string, CanvasPattern | null>} */
const patterns = new Map();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {NonNullable<Style["pattern"]>} kind
 * @param {string} ink
 */
export function patternFill(context, kind, ink) {
  const key = `${kind} ${ink}`;
  if (!patterns.has(key)) {
    const size = 8;
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    if (kind === "dots") {
      pen.arc(size / 2, size / 2, 1.6, 0, 2 * Math.PI);
      pen.fill();
    } else {
      for (const shift of [-size, 0, size]) {
        pen.moveTo(shift, size);
        pen.lineTo(shift + size, 0);
        if (kind === "cross") {
          pen.moveTo(shift, 0);
          pen.lineTo(shift + size, size);
        }
      }
      pen.stroke();
    }
    patterns.set(key, context.createPattern(tile, "repeat"));
  }
  return patterns.get(key) ?? ink;
}
