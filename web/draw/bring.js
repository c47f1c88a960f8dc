// @ts-check
/** A boundary from a file or from pasted text; the server reads every format that the command line reads. */
import { $, button, item } from "./page.js";

/** @typedef {import("./words.js").Words} Words */
/** @typedef {{ id: string, geometry: any, properties: Record<string, any> }} Shape */

const LISTED = 50;

/** @param {Words} words @param {{ tell: (sentence: string) => void, onBrought: (shape: Shape) => void }} listener */
export function bringing(words, { tell, onBrought }) {
  const file = /** @type {HTMLInputElement} */ ($("file"));
  const text = /** @type {HTMLTextAreaElement} */ ($("pasted"));
  const choices = $("choices");

  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen) await read(chosen, chosen.name);
    file.value = ""; // so that the same file can be chosen again
  });
  $("paste").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (text.value.trim()) await read(new Blob([text.value]), "pasted.txt");
  });

  /** @param {Blob} content @param {string} name */
  async function read(content, name) {
    choices.replaceChildren();
    $("brought").replaceChildren();
    tell(words.say("reading"));
    const form = new FormData();
    form.append("file", content, name);
    let answer;
    try {
      const response = await fetch(`/api/check/file?lang=${words.language}`, { method: "POST", body: form });
      answer = await response.json();
      if (!response.ok) return tell(answer.detail);
    } catch {
      return tell(words.say("import.offline"));
    }
    return offer(answer);
  }

  /** @param {any} answer */
  function offer(answer) {
    /** @type {Shape[]} */
    const shapes = answer.layer.features.filter((/** @type {Shape} */ shape) => shape.geometry);
    // What intake did to the file, and what it would mend: nothing is changed silently.
    const mended = answer.findings.filter((/** @type {any} */ finding) => finding.code.startsWith("geometry."));
    const said = [...answer.notices, ...mended].map(({ message }) => item(message));
    $("brought").replaceChildren(...said);
    if (shapes.length === 1) return onBrought(shapes[0]);
    if (shapes.length === 0) return tell(words.say("import.none"));
    const rows = shapes.slice(0, LISTED).map((shape) => item(button(shape.properties.name ?? shape.id, () => onBrought(shape), "row")));
    choices.replaceChildren(...rows);
    choices.querySelector("button")?.focus();
    const sentence = shapes.length > LISTED ? "import.very_many" : "import.many";
    return tell(words.say(sentence, { count: shapes.length, listed: LISTED }));
  }
}
