// @ts-check
/** Parts of the page that most people never open: loaded, with their sentences, when somebody does. */
import { $, show, tell } from "./page.js";
import { Words } from "./words.js";

/** @typedef {{ open: () => Promise<void>, close?: () => void }} Part */

/** Fill a part of the page when it is opened, for a territory whose key allows it.
 * @template {{ desk: import("./desk.js").Desk, words: Words }} Page
 * @param {string} name of the part; what it is made of, and what stands in its box
 * @param {Page} page
 * @param {(may: readonly string[]) => boolean} isFor whether a key that allows this opens it
 * @param {() => Promise<new (page: Page) => Part>} load
 */
export function openLater(name, page, isFor, load) {
  const { desk, words } = page;
  const box = /** @type {HTMLDetailsElement} */ ($(`${name}-box`));
  /** @type {Promise<Part> | null} */
  let part = null;
  let whose = desk.territory?.id;
  desk.listen(() => {
    show(box.id, isFor(desk.territory?.may ?? []), "map");
    // What it shows is of another territory.
    if (whose !== desk.territory?.id) box.open = false;
    whose = desk.territory?.id;
  });
  box.addEventListener("toggle", async () => {
    if (!isFor(desk.territory?.may ?? [])) return;
    try {
      if (box.open) await (await (part ??= made())).open();
      else (await part)?.close?.();
    } catch {
      // It is asked for again when the part is opened again.
      part = null;
      box.open = false;
      tell(words.say("part.offline"));
    }
  });

  async function made() {
    const [Made, response] = await Promise.all([load(), fetch(`/draw/parts/${name}?lang=${words.language}`)]);
    if (!response.ok) throw new Error(String(response.status));
    const content = document.createElement("template");
    content.innerHTML = await response.text();
    const sentences = JSON.parse(content.content.querySelector("script")?.textContent ?? "{}");
    box.append(content.content);
    return new Made({ ...page, words: new Words({ ...words.sentences, ...sentences }, words.language) });
  }
}
