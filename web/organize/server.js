// @ts-check
/** Questions to the server whose refusal ends what was begun. */
import { ask } from "../draw/server.js";

/** What the server refused, in its own words. */
export class Refused extends Error {}

/** @typedef {"GET" | "POST" | "PATCH" | "DELETE"} Method */

/** @param {string} language @param {string} path with what is asked after a ? @param {Method} method @param {object} [body]
 * @param {number} [version] of what is changed, as it was read
 * @returns {Promise<any>}
 */
export async function got(language, path, method, body, version) {
  const [place, query] = path.split("?");
  const { answer, refused } = await ask(place, { language }, { method, body, version, query: query ? new URLSearchParams(query) : undefined });
  if (refused !== null) throw new Refused(refused);
  return answer;
}
