// @ts-check
/** What an earlier visit left, offered to go on with. */
import { ringsOf } from "./history.js";
import { $, button, item, show, sure } from "./page.js";

/** @typedef {import("./drafts.js").Draft} Draft */

/**
 * @param {import("./drafts.js").Drafts} drafts
 * @param {import("./words.js").Words} words
 * @param {(draft: Draft) => void} resume
 */
export function offerDrafts(drafts, words, resume) {
  const count = (/** @type {Draft} */ { drawing }) => ringsOf(drawing).reduce((sum, { points }) => sum + points.length, 0);

  function offer() {
    const rows = drafts.others().map((draft) => {
      const when = new Date(draft.kept).toLocaleString(words.language, { dateStyle: "long", timeStyle: "short" });
      const sentence = document.createElement("p");
      sentence.textContent = words.say("draft", { when, count: count(draft) });
      const buttons = document.createElement("p");
      buttons.className = "buttons";
      const taken = () => {
        show("draft", false, "map");
        resume(draft);
      };
      buttons.append(button(words.say("draft.yes"), taken, ""), button(words.say("draft.no"), () => discard(draft)));
      return item(sentence, buttons);
    });
    $("drafts").replaceChildren(...rows);
    show("draft", rows.length > 0, "map");
  }

  /** @param {Draft} draft */
  async function discard(draft) {
    const asked = words.say("draft.sure.text", { count: count(draft) });
    if (!(await sure(words.say("draft.sure"), asked, words.say("draft.no")))) return;
    drafts.forget(draft.id);
    offer();
  }

  offer();
}
