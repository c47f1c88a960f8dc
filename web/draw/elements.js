// @ts-check
/** To build parts of a page: what somebody typed goes in as text, and so stays text. */

/** @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} [className] @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[K]}
 */
export function made(tag, className = "", ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture that says nothing but what stands beside it. @param {string} box @param {[tag: string, attributes: Record<string, string>][]} parts @param {string} [className] */
export function picture(box, parts, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of parts) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    svg.append(part);
  }
  return svg;
}

/** A day, or a part of one, as people write it. @param {string} day @param {string} language */
export function dateOf(day, language) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(language, { dateStyle: "long" });
}
