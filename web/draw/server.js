// @ts-check
/** To ask the server something. */

/** @typedef {{ status: number, answer: any, refused: null } | { status: number, answer: null, refused: string }} Answered */

/** What it answers, or the sentence with which it refuses; throws when it cannot be reached.
 * @param {string} path
 * @param {{ language: string }} words
 * @param {{ method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", body?: object, version?: number, once?: string, query?: URLSearchParams }} [how]
 *   version: of what is changed, as it was read, 0 where there is none yet; once: names the request, however often it is sent
 * @returns {Promise<Answered>}
 */
export async function ask(path, { language }, { method = "GET", body, version, once, query } = {}) {
  const response = await fetch(`${path}?lang=${language}${query ? `&${query}` : ""}`, {
    method,
    headers: {
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(version === 0 ? { "If-None-Match": "*" } : version === undefined ? {} : { "If-Match": `"v${version}"` }),
      ...(once === undefined ? {} : { "Idempotency-Key": once }),
    },
    body: body && JSON.stringify(body),
  });
  const { status } = response;
  const answer = await response.json();
  return response.ok ? { status, answer, refused: null } : { status, answer: null, refused: answer.detail };
}

/** The same, about the drawing. @param {string} path @param {object} body @param {{ language: string }} words */
export function asked(path, body, words) {
  return ask(path, words, { method: "POST", body });
}

/** Names a request. `crypto.randomUUID` is missing where the page comes over plain HTTP. */
export function newName() {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return [...numbers].map((number) => number.toString(36)).join("");
}
