// @ts-check
/** Questions to the server whose refusal ends what was begun. */
import { ask } from "../draw/server.js";

/** What the server refused, in its own words. */
export class Refused extends Error {}

/** @param {string} language @param {string} path @param {"GET" | "POST" | "DELETE"} method @param {object} [body] @returns {Promise<any>} */
export async function got(language, path, method, body) {
  const { answer, refused } = await ask(path, { language }, { method, body });
  if (refused !== null) throw new Refused(refused);
  return answer;
}
