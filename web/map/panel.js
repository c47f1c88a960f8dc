// @ts-check
/** The list beside the map: what to show, and what is there, for eyes, fingers and keyboards. */
import { findingCard, open } from "./cards.js";
import { sample } from "./pen.js";
import { finding, plain, territory } from "./styles.js";

/**
 * @typedef {object} Place
 * @property {string} id
 * @property {string} name
 * @property {string} [short] the name without the word for its level
 * @property {number} level how many levels lie below it
 * @property {string} called name of its level
 * @property {[number, number] | null} at longitude, latitude of a point inside
 * @property {[number, number, number, number]} box west, south, east, north
 */

const L = /** @type {any} */ (globalThis).L;

const STEP = 50;

/** @param {any} map @param {Place[]} places */
export function connect(map, places) {
  for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (document.querySelectorAll("canvas.sample"))) {
    sample(canvas, styleOf(canvas.dataset, map));
  }
  toggles(map);
  // What was found comes first on a phone.
  if (matchMedia("(max-width: 56rem)").matches) {
    for (const part of document.querySelectorAll(".panel details")) part.removeAttribute("open");
  }
  if (map.territory.findings) findingList(map);
  else placeList(map, places);
}

/** @param {DOMStringMap} data @param {any} map */
function styleOf({ code, severity, level, plain: name, group }, map) {
  if (code && severity) return finding(code, severity);
  if (level) {
    const known = map.territory.levels.find((/** @type {any} */ one) => one.level.id === level);
    return territory(known.level, group);
  }
  return plain()[String(name)];
}

/** @param {any} map */
function toggles(map) {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-toggle]"))) {
    box.addEventListener("change", () => {
      const { toggle = "", value = "" } = { toggle: box.dataset.toggle, value: box.value };
      if (toggle === "code") {
        const { hidden, layer } = map.territory.findings;
        if (box.checked) hidden.delete(value);
        else hidden.add(value);
        layer.restyle();
        document.dispatchEvent(new CustomEvent("findings-shown"));
      } else {
        const { layer } = map.territory.levels.find((/** @type {any} */ one) => one.level.id === value);
        if (box.checked) layer.addTo(map);
        else layer.remove();
      }
    });
  }
}

/**
 * Show a place and say it: the map comes into view on a phone.
 * @param {any} map
 * @param {[number, number, number, number]} box
 */
function show(map, [west, south, east, north]) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.getContainer().scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
  map.fitBounds([[south, west], [north, east]], { maxZoom: 17, padding: [40, 40], animate: false });
}

/** @param {string} words */
const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * A list that grows as far as somebody looks.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => HTMLElement} button
 * @param {Record<string, string>} words
 */
function growing(items, button, words) {
  const list = /** @type {HTMLElement} */ (document.getElementById("list"));
  const more = /** @type {HTMLButtonElement} */ (document.getElementById("more"));
  const status = /** @type {HTMLElement} */ (document.getElementById("list-status"));
  let shown = 0;
  const grow = () => {
    for (const item of items.slice(shown, shown + STEP)) {
      const row = document.createElement("li");
      row.append(button(item));
      list.append(row);
    }
    shown = Math.min(shown + STEP, items.length);
    more.hidden = shown >= items.length;
    status.textContent = (items.length ? words.listed : words.none)
      .replace("{shown}", shown.toLocaleString(document.documentElement.lang))
      .replace("{total}", items.length.toLocaleString(document.documentElement.lang));
  };
  list.replaceChildren();
  more.onclick = () => {
    const first = shown;
    grow();
    /** @type {HTMLElement | undefined} */ (list.children[first]?.firstElementChild ?? undefined)?.focus();
  };
  grow();
}

/** @param {any} map */
function findingList(map) {
  const { infos, hidden, layer } = map.territory.findings;
  const { words } = map.territory;
  const fill = () =>
    growing(
      infos.filter((/** @type {any} */ info) => !hidden.has(info.code)),
      (/** @type {any} */ info) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = `row finding ${info.severity}`;
        const kind = document.createElement("span");
        kind.className = "kind";
        const canvas = document.createElement("canvas");
        canvas.className = "sample";
        canvas.setAttribute("aria-hidden", "true");
        sample(canvas, finding(info.code, info.severity));
        kind.append(canvas, `${words[`severity.${info.severity}`]} · ${words[`code.${info.code}`]}`);
        const sentence = document.createElement("span");
        sentence.textContent = info.sentence;
        button.append(kind, sentence);
        const box = info.box ?? (info.place && [info.place[0], info.place[1], info.place[0], info.place[1]]);
        button.disabled = !box;
        button.addEventListener("click", () => {
          show(map, box);
          const [lon, lat] = info.place ?? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
          open(map, [lat, lon], findingCard(info, map.territory));
          const id = String(infos.indexOf(info));
          layer.highlight((/** @type {any} */ shape) => shape.properties.id === id);
        });
        return button;
      },
      words,
    );
  document.addEventListener("findings-shown", fill);
  fill();
}

/** @param {any} map @param {Place[]} places */
function placeList(map, places) {
  const search = /** @type {HTMLInputElement | null} */ (document.getElementById("search"));
  const { words } = map.territory;
  const named = places.map((place) => ({ place, key: folded(place.name) }));
  named.sort((a, b) => b.place.level - a.place.level || a.key.localeCompare(b.key));
  const fill = () => {
    const asked = folded(search?.value ?? "").trim();
    growing(
      named.filter(({ key }) => key.includes(asked)),
      ({ place }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "row";
        const name = document.createElement("strong");
        name.textContent = place.name;
        const kind = document.createElement("span");
        kind.className = "kind";
        kind.textContent = place.called;
        button.append(name, kind);
        button.addEventListener("click", () => {
          show(map, place.box);
          for (const { layer } of map.territory.levels) {
            layer.highlight((/** @type {any} */ shape) => shape.properties.id === place.id);
          }
        });
        return button;
      },
      words,
    );
  };
  search?.addEventListener("input", fill);
  fill();
}
