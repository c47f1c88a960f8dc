// @ts-check
/** What is said of a shape, as elements: names are text, never markup. */

const L = /** @type {any} */ (globalThis).L;

/** @param {string} tag @param {string} [words] @param {string} [className] */
function element(tag, words = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

/** @param {Record<string, any>} properties @param {import("./main.js").Level} level */
export function territoryTip(properties, level) {
  const tip = element("div");
  tip.append(element("strong", String(properties.name)), element("span", level.name, "kind"));
  return tip;
}

/**
 * @param {Record<string, any>} properties
 * @param {import("./main.js").Level} level
 * @param {{words: Record<string, string>, names: Map<string, string>}} context
 */
export function territoryCard(properties, level, { words, names }) {
  const card = element("div", "", "card");
  card.append(element("h3", String(properties.name)), element("p", level.name, "kind"));
  const facts = element("dl");
  const add = (/** @type {string} */ label, /** @type {unknown} */ value) => {
    if (value === undefined || value === null || value === "") return;
    facts.append(element("dt", label), element("dd", String(value)));
  };
  if (properties.parent !== undefined) add(words.group, names.get(String(properties.parent)) ?? properties.parent);
  else if (level.filled) add(words.group, words.no_group);
  add(words.kind, words[`kind.${properties.kind}`]);
  // Only a band, as the public sees it; a bare number is nobody's business.
  if (typeof properties.families === "string") add(words.families, properties.families);
  if (facts.childElementCount) card.append(facts);
  return card;
}

/**
 * @param {import("./main.js").FindingInfo} info
 * @param {{words: Record<string, string>}} context
 */
export function findingCard({ code, severity, sentence }, { words }) {
  const card = element("div", "", `card finding ${severity}`);
  card.append(element("p", `${words[`severity.${severity}`]} · ${words[`code.${code}`]}`, "kind"), element("p", sentence));
  return card;
}

/** @param {any} map @param {any} latlng @param {HTMLElement} card */
export function open(map, latlng, card) {
  const popup = L.popup({ maxWidth: 300, minWidth: 160, autoPanPadding: [16, 16] });
  popup.setLatLng(latlng).setContent(card).openOn(map);
  const close = popup.getElement()?.querySelector(".leaflet-popup-close-button");
  close?.setAttribute("aria-label", map.territory.words.close);
  close?.setAttribute("title", map.territory.words.close);
}
