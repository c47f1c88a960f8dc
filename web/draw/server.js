// @ts-check
/** To ask the server something about the drawing. */

/** What it answers, or the sentence with which it refuses; throws when it cannot be reached.
 * @param {string} path @param {object} body @param {{ language: string }} words
 * @returns {Promise<{ answer: any, refused: null } | { answer: null, refused: string }>}
 */
export async function asked(path, body, { language }) {
  const response = await fetch(`${path}?lang=${language}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  return response.ok ? { answer, refused: null } : { answer: null, refused: answer.detail };
}
