// @ts-check
/** The keyboard on the map, and the buttons that do the same. */
import { $, on } from "./page.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {import("./words.js").Words} words
 * @param {import("./pen.js").Pen} pen
 * @param {import("./map.js").DrawMap} map
 */
export function useKeys(desk, words, pen, map) {
  const step = (/** @type {"undo" | "redo"} */ way) => {
    if (desk.history[way === "undo" ? "canUndo" : "canRedo"]) desk.step(way, words.say(`${way}.done`));
  };

  on("add", () => {
    if (map.isFar) return map.comeTo(map.atCrosshair().place);
    return desk.chosen >= 0 ? pen.insertAt(desk.chosen + 1, map.atCrosshair()) : pen.put(map.atCrosshair());
  });
  on("close", () => pen.finish());
  on("reopen", () => pen.reopen());
  on("reopen-here", () => pen.reopen());
  on("undo", () => step("undo"));
  on("redo", () => step("redo"));
  on("move", () => pen.moveTo(desk.chosen, map.atCrosshair()));
  on("remove", () => pen.removeChosen());
  on("unchoose", () => pen.choose(-1));

  $("map").addEventListener("keydown", (event) => {
    if (event.target !== $("map") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && map.asked) map.asked(map.middle);
    else if (event.key === "Enter" && desk.chosen >= 0) pen.moveTo(desk.chosen, map.atCrosshair());
    else if (event.key === "Enter" && !desk.now.closed) $("add").click();
    else if (event.key === "Delete" && desk.chosen >= 0) pen.removeChosen();
    else if (event.key === "Escape" && desk.chosen >= 0) pen.choose(-1);
    else if (event.key.toLowerCase() === "s" && !desk.now.closed) $("follow").click();
    else if (event.key.toLowerCase() === "v" && !$("together").hidden) $("together").click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (isTyping || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    step(key === "y" || event.shiftKey ? "redo" : "undo");
  });
}
