// @ts-check
/** How wide a corridor is along its way: a chart, and the same as a table. */

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH, LEFT, LOW] = [320, 140, 44, 24];
const ROWS = 40;

/** @typedef {{ branch: number, at_m: number, width_m: number }} Place */

/** @param {HTMLElement} figure @param {Place[]} profile @param {number} wanted_m @param {import("../draw/words.js").Words} words */
export function drawWidths(figure, profile, wanted_m, words) {
  if (!profile.length) {
    figure.replaceChildren(words.say("corridor.widths.none"));
    return;
  }
  const placed = along(profile);
  const far = Math.max(placed.at(-1)?.x ?? 0, 1);
  const top = Math.max(...profile.map(({ width_m }) => width_m), wanted_m) * 1.1;
  const x = (/** @type {number} */ m) => LEFT + (m / far) * (WIDE - LEFT - 8);
  const y = (/** @type {number} */ m) => HIGH - LOW - (m / top) * (HIGH - LOW - 8);
  const narrowest = Math.min(...profile.map(({ width_m }) => width_m));
  const chart = element("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", class: "chart" });
  chart.setAttribute("aria-label", words.say("corridor.widths.said", { narrowest: words.length(narrowest), wanted: words.length(wanted_m), length: words.length(far) }));
  chart.append(
    element("path", { class: "axis", d: `M${LEFT} 8V${HIGH - LOW}H${WIDE - 8}` }),
    element("path", { class: "wanted", d: `M${LEFT} ${y(wanted_m)}H${WIDE - 8}` }),
    ...branches(placed).map((places) => element("path", { class: "width", d: `M${places.map((each) => `${x(each.x).toFixed(1)} ${y(each.width_m).toFixed(1)}`).join("L")}` })),
    text(words.length(top / 1.1), LEFT - 4, 14, "end"),
    text(words.length(wanted_m), LEFT - 4, y(wanted_m) + 4, "end"),
    text("0", LEFT, HIGH - 8, "middle"),
    text(words.length(far), WIDE - 8, HIGH - 8, "end"),
  );
  figure.replaceChildren(chart, table(placed, words));
}

/** Branches one after the other. @param {Place[]} profile @returns {(Place & { x: number })[]} */
function along(profile) {
  let [start, last, branch] = [0, 0, profile[0].branch];
  return profile.map((place) => {
    if (place.branch !== branch) [start, branch] = [last, place.branch];
    last = start + place.at_m;
    return { ...place, x: last };
  });
}

/** @template {Place} P @param {P[]} places @returns {P[][]} */
function branches(places) {
  /** @type {Map<number, P[]>} */
  const found = new Map();
  for (const place of places) found.set(place.branch, [...(found.get(place.branch) ?? []), place]);
  return [...found.values()];
}

/** The same as numbers, the narrowest place of each stretch. @param {(Place & { x: number })[]} placed @param {import("../draw/words.js").Words} words */
function table(placed, words) {
  const step = Math.ceil(placed.length / ROWS);
  const rows = [];
  for (let at = 0; at < placed.length; at += step) {
    const place = placed.slice(at, at + step).reduce((least, each) => (each.width_m < least.width_m ? each : least));
    rows.push(row("td", words.length(place.x), words.length(place.width_m)));
  }
  const body = document.createElement("tbody");
  body.append(...rows);
  const head = document.createElement("thead");
  head.append(row("th", words.say("corridor.widths.at"), words.say("corridor.widths.width")));
  const made = document.createElement("table");
  made.append(head, body);
  const summary = document.createElement("summary");
  summary.textContent = words.say("corridor.widths.table");
  const details = document.createElement("details");
  details.className = "screen wide";
  details.append(summary, made);
  return details;
}

/** @param {"td" | "th"} tag @param {...string} texts */
function row(tag, ...texts) {
  const made = document.createElement("tr");
  for (const each of texts) {
    const cell = document.createElement(tag);
    cell.textContent = each;
    made.append(cell);
  }
  return made;
}

/** @param {string} name @param {Record<string, string>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {string} said @param {number} x @param {number} y @param {string} anchor */
function text(said, x, y, anchor) {
  const made = element("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor });
  made.textContent = said;
  return made;
}
