// @ts-check
/** Names on the map, as many as fit without covering one another. */

/** @typedef {import("./panel.js").Place} Place */

const L = /** @type {any} */ (globalThis).L;

const MOST = 60;
const LETTER = 7.2;
const LINE = 20;

/**
 * @param {any} map
 * @param {Place[]} places heaviest first
 */
export function labels(map, places) {
  const pane = map.createPane("names");
  pane.style.zIndex = "300";
  pane.style.pointerEvents = "none";
  pane.setAttribute("aria-hidden", "true");
  const draw = () => {
    const view = map.getBounds().pad(0.05);
    const zoom = map.getZoom();
    /** @type {{x: number, y: number, half: number}[]} */
    const taken = [];
    pane.replaceChildren();
    for (const { name: whole, short, level, at, box } of places) {
      if (taken.length >= MOST) break;
      if (!at || !view.contains([at[1], at[0]])) continue;
      const name = short ?? whole;
      const wide = map.project([at[1], box[2]], zoom).x - map.project([at[1], box[0]], zoom).x;
      const half = (Math.min(name.length, 24) * LETTER) / 2;
      // Groups may reach over their line a little; of small ones too many names would be noise.
      if (wide < (level ? 1.2 : 2.6) * half) continue;
      const point = map.latLngToLayerPoint([at[1], at[0]]);
      if (taken.some((one) => Math.abs(one.x - point.x) < one.half + half && Math.abs(one.y - point.y) < LINE)) continue;
      taken.push({ x: point.x, y: point.y, half });
      const label = L.DomUtil.create("span", `name level-${level}`, pane);
      label.textContent = name;
      L.DomUtil.setPosition(label, point);
    }
  };
  map.on("zoomstart", () => pane.replaceChildren());
  map.on("moveend zoomend resize", draw);
  draw();
}
