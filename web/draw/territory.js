// @ts-check
/** The territory that is drawn anew, as far as whoever opened the page may see and change it. */
import { drawingOf } from "./shape.js";

/** @typedef {import("./history.js").Drawing} Drawing */

/**
 * @typedef {object} Territory
 * @property {string} id
 * @property {string} name
 * @property {string} level
 * @property {string | null} replaces its id, where its exact line is known; a simplified one is no line to compare with
 * @property {number} version of the line that the drawing was made from; 0: there was none
 * @property {number} revision of what is said of it; 0 where that is not known, as without a connection
 * @property {readonly string[]} may what the key allows: draw, propose, agree …
 */

/** The territory that the address of the page names. @param {string} search */
export function wanted(search) {
  return new URLSearchParams(search).get("territory");
}

/** @param {string} id @param {() => Promise<Response>} ask what the server says of it @returns {Promise<{ territory: Territory, drawing: Drawing | null, facts: Record<string, any> } | { refused: string }>} */
export async function opened(id, ask) {
  const response = await ask();
  const told = await response.json();
  if (!response.ok) return { refused: told.detail };
  const { properties, geometry } = told;
  const may = properties.may ?? [];
  const isExact = may.length > 0 || properties.publication === "exact";
  const territory = {
    id,
    name: properties.name,
    level: properties.level,
    replaces: isExact && geometry ? id : null,
    version: properties.version ?? 0,
    revision: revisionIn(response),
    may,
  };
  return { territory, drawing: geometry && drawingOf(geometry), facts: properties };
}

/** @param {Response} response */
function revisionIn(response) {
  return Number(/\d+/.exec(response.headers.get("ETag") ?? "")?.[0] ?? 0);
}
