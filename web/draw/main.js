// @ts-check
/** The drawing page: buttons, words and the map, around one history of the drawing. */
import { bringing } from "./bring.js";
import { Checker } from "./check.js";
import { Drafts } from "./drafts.js";
import { FindingList } from "./findings.js";
import { History, NOTHING, add, close, insert, move, remove, reopen } from "./history.js";
import { DrawMap } from "./map.js";
import { $, button, enable, item, on, show, storage, sure } from "./page.js";
import { PointList } from "./points.js";
import { areaOf, asText, boundaryOf, drawingOf, gridPlace, isSame, lengthOf, lineOf } from "./shape.js";
import { Words } from "./words.js";

/** @typedef {import("./history.js").Drawing} Drawing */
/** @typedef {import("./snap.js").Spot} Spot */

const start = JSON.parse($("start").textContent ?? "{}");
const words = new Words(start.sentences, start.language);
const families = /** @type {HTMLInputElement} */ ($("families"));
const kind = /** @type {HTMLSelectElement} */ ($("kind"));
const drafts = new Drafts(storage());

let history = new History();
let chosen = -1;
let happened = "";
/** @type {Drawing | null} the drawing that was last kept and checked */
let settled = null;

const map = new DrawMap($("map"), {
  bounds: start.bounds,
  words: { zoomIn: words.say("zoom_in"), zoomOut: words.say("zoom_out") },
  onTap: (spot) => (history.now.closed ? choose(-1) : put(spot)),
  onTapPoint: tapPoint,
  onMoved: (at, spot) => moveTo(at, spot, -1),
  onInserted: (at, spot) => insertAt(at, spot, -1),
  onNeighbours: (state) => {
    $("neighbours").textContent = words.say(`neighbours.${state}`);
    showStep();
  },
});

const checker = new Checker(`/api/check?lang=${start.language}`, {
  asking: () => $("findings").setAttribute("aria-busy", "true"),
  answered: showAnswer,
  refused: (sentence) => {
    findings.clear();
    tell(sentence ?? words.say("check.offline"));
  },
});

const findings = new FindingList($("findings"), words, (finding) => {
  if (!finding) return map.unmark();
  map.mark(finding.geometry, finding.place);
  return $("stage").scrollIntoView({ block: "nearest" });
});

const points = new PointList(/** @type {HTMLDetailsElement} */ ($("points-box")), $("points"), words, (at) => {
  choose(at);
  map.lookAt([history.now.points[at]]);
  // There the arrows bring the cross to the right place, and Enter moves the point to it.
  $("map").focus();
});

// What people do

/** @param {Drawing} drawing @param {string} [said] what happened, in words */
function to(drawing, said = "") {
  history = history.to(drawing);
  refresh(said);
}

/** @param {Spot} spot */
function put(spot) {
  const drawn = history.now.points;
  if (drawn.length >= 3 && isSame(spot.place, drawn[0])) return finish();
  if (drawn.length && isSame(spot.place, drawn[drawn.length - 1])) return tell(words.say("put.same"));
  chosen = -1;
  return to(add(history.now, spot.place), landed(drawn.length, spot));
}

/** Close the outline. */
function finish() {
  chosen = -1;
  to(close(history.now));
}

/** @param {number} at */
function tapPoint(at) {
  if (at === 0 && !history.now.closed && history.now.points.length >= 3) finish();
  else choose(at === chosen ? -1 : at);
}

// What was pulled is done with; under the cross a point stays chosen, for the next small step.

/** @param {number} at @param {Spot} spot @param {number} [next] what is chosen then */
function moveTo(at, spot, next = at) {
  chosen = next;
  to(move(history.now, at, spot.place), landed(at, spot));
}

/** @param {number} at @param {Spot} spot @param {number} [next] what is chosen then */
function insertAt(at, spot, next = at) {
  chosen = next;
  to(insert(history.now, at, spot.place), landed(at, spot));
}

/** @param {number} at */
function choose(at) {
  chosen = at;
  refresh(at < 0 ? "" : words.say("chosen.what", { number: at + 1 }));
}

function removeChosen() {
  const at = chosen;
  chosen = -1;
  to(remove(history.now, at), words.say("removed", { number: at + 1 }));
}

/** @param {"undo" | "redo"} way */
function step(way) {
  history = history[way]();
  chosen = -1;
  refresh(words.say(`${way}.done`));
}

/** Where a point landed, in words. @param {number} at @param {Spot} spot */
function landed(at, { kind: how, name }) {
  return words.say(`put.${how}`, { number: at + 1, name });
}

// What the page shows

/** @param {string} sentence */
function tell(sentence) {
  $("status").textContent = sentence;
}

/** What to do next, in one sentence. */
function showStep() {
  const { points: drawn, closed } = history.now;
  const missing = 3 - drawn.length;
  let sentence;
  if (closed) sentence = words.say("step.closed");
  else if (drawn.length === 0) sentence = words.say(map.isFar ? "step.far" : "step.first");
  else if (missing > 0) sentence = words.say(missing === 1 ? "step.last" : "step.more", { count: missing });
  else sentence = words.say("step.close");
  if ($("step").textContent !== sentence) $("step").textContent = sentence;
  $("add").textContent = words.say(map.isFar ? "come" : chosen >= 0 ? "insert" : "add");
}

/** @param {string} said what happened, in words */
function refresh(said) {
  const { now } = history;
  if (chosen >= now.points.length) chosen = -1;
  map.show(now, chosen);
  $("rest").textContent = now.holes.length + now.parts.length ? words.say("rest", { parts: now.parts.length, holes: now.holes.length }) : "";
  showStep();
  show("add", !now.closed || chosen >= 0, "map");
  show("reopen", now.closed && chosen < 0, "map");
  show("close", !now.closed && now.points.length >= 3, now.closed ? "reopen" : "map");
  show("chosen", chosen >= 0, "map");
  show("crosshair", !now.closed || chosen >= 0);
  enable("undo", history.canUndo);
  enable("redo", history.canRedo);
  for (const id of ["restart", "download", "copy"]) enable(id, now.points.length > 0);
  $("chosen").setAttribute("aria-label", words.say("chosen", { number: chosen + 1 }));
  $("copied").hidden = true;
  points.fill(now.points, chosen);
  happened = said;
  if (said || now !== settled) tell(said);
  if (now !== settled) settle();
}

/** Keep what changed, and ask how it fits. */
function settle() {
  settled = history.now;
  map.unmark();
  $("kept").textContent = drafts.keep(settled, facts()) || settled.points.length === 0 ? "" : words.say("not_kept");
  showMeasures();
  ask();
}

function showMeasures() {
  const { points: drawn, closed } = history.now;
  const length = words.length(lengthOf(drawn, closed));
  if (closed) $("measures").textContent = words.say("measures", { area: words.area(areaOf(drawn)), length });
  else $("measures").textContent = drawn.length ? words.say("measures.open", { count: drawn.length, length }) : "";
}

/** @param {import("./check.js").Answer} answer */
function showAnswer({ area_m2, perimeter_m, findings: found, notices }) {
  $("measures").textContent = words.say("measures", { area: words.area(area_m2), length: words.length(perimeter_m) });
  findings.fill(found);
  $("see").hidden = found.length === 0;
  tell([happened, summary(found), ...notices.map(({ message }) => message)].join(" ").trim());
}

/** @param {readonly import("./check.js").Finding[]} found */
function summary(found) {
  if (found.length === 0) return words.say("clean");
  const counted = /** @type {const} */ (["error", "warning", "note"])
    .map((severity) => [severity, found.filter((finding) => finding.severity === severity).length])
    .filter(([, count]) => count)
    .map(([severity, count]) => words.say(`count.${severity}.${count === 1 ? "one" : "many"}`, { count }));
  return words.say("found", { counts: words.list(counted) });
}

// What is asked and kept

function facts() {
  return { families: families.value.trim(), kind: kind.value };
}

function ask() {
  $("see").hidden = true;
  if (history.now.closed) return checker.ask(feature());
  checker.ask(null);
  return findings.clear();
}

function feature() {
  const said = facts();
  const properties = {
    level: "council",
    kind: said.kind || null,
    families: isNumber(said.families) ? Number(said.families) : null,
    replaces: null,
  };
  return { type: "Feature", properties, geometry: boundaryOf(history.now) };
}

/** @param {string} text */
function isNumber(text) {
  return /^\d{1,6}$/.test(text);
}

function factsChanged() {
  const isWrong = families.value.trim() !== "" && !isNumber(families.value.trim());
  families.setAttribute("aria-invalid", String(isWrong));
  $("families-wrong").textContent = isWrong ? words.say("families.wrong") : "";
  drafts.keep(history.now, facts());
  ask();
}

// Buttons

on("add", () => {
  if (map.isFar) return map.comeTo(map.atCrosshair().place);
  return chosen >= 0 ? insertAt(chosen + 1, map.atCrosshair()) : put(map.atCrosshair());
});
on("close", finish);
on("reopen", () => to(reopen(history.now)));
on("undo", () => step("undo"));
on("redo", () => step("redo"));
on("move", () => moveTo(chosen, map.atCrosshair()));
on("remove", removeChosen);
on("unchoose", () => choose(-1));
on("restart", async () => {
  if (!(await sure(words.say("sure"), words.say("sure.text"), words.say("sure.yes")))) return;
  chosen = -1;
  to(NOTHING);
});

on("locate", () => {
  tell(words.say("locating"));
  const failed = () => tell(words.say("not_located"));
  if (!navigator.geolocation) return failed();
  return navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      map.showPosition(gridPlace([coords.longitude, coords.latitude]), coords.accuracy);
      tell(words.say("located", { accuracy: words.length(coords.accuracy) }));
    },
    failed,
    { enableHighAccuracy: true, timeout: 20_000 },
  );
});

on("download", () => {
  const { now } = history;
  const whole = now.closed ? feature() : { type: "Feature", properties: {}, geometry: lineOf(now.points) };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(whole)], { type: "application/geo+json" }));
  link.download = words.say("file_name");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});

on("copy", async () => {
  const text = asText(history.now.points);
  try {
    await navigator.clipboard.writeText(text);
    tell(words.say("copied"));
  } catch {
    // Browsers forbid it on a page that came over plain HTTP: let it be copied by hand.
    const box = /** @type {HTMLTextAreaElement} */ ($("copied"));
    box.hidden = false;
    box.value = text;
    box.select();
    tell(words.say("not_copied"));
  }
});

bringing(words, {
  tell,
  onBrought: ({ geometry, properties }) => {
    if (Number.isInteger(properties.families)) families.value = String(properties.families);
    if ([...kind.options].some(({ value }) => value === properties.kind)) kind.value = properties.kind;
    chosen = -1;
    to(drawingOf(geometry), words.say("brought"));
    map.lookAt(history.now.points);
    $("stage").scrollIntoView({ block: "nearest" });
  },
});

families.addEventListener("input", factsChanged);
kind.addEventListener("change", factsChanged);

// Keys

$("map").addEventListener("keydown", (event) => {
  if (event.target !== $("map") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && chosen >= 0) moveTo(chosen, map.atCrosshair());
  else if (event.key === "Enter" && !history.now.closed) $("add").click();
  else if (event.key === "Delete" && chosen >= 0) removeChosen();
  else if (event.key === "Escape" && chosen >= 0) choose(-1);
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

// What may happen at any time

addEventListener("online", () => {
  map.loadNeighbours();
  if (history.now.closed) ask();
});
addEventListener("beforeunload", (event) => {
  if ($("kept").textContent) event.preventDefault();
});

// What an earlier visit left

function offerDrafts() {
  const left = drafts.others();
  const rows = left.map((draft) => {
    const when = new Date(draft.kept).toLocaleString(start.language, { dateStyle: "long", timeStyle: "short" });
    const sentence = document.createElement("p");
    sentence.textContent = words.say("draft", { when, count: draft.drawing.points.length });
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    buttons.append(
      button(words.say("draft.yes"), () => resume(draft), ""),
      button(words.say("draft.no"), () => discard(draft)),
    );
    return item(sentence, buttons);
  });
  $("drafts").replaceChildren(...rows);
  show("draft", rows.length > 0, "map");
}

/** @param {import("./drafts.js").Draft} draft */
function resume(draft) {
  if (history.now.points.length === 0) drafts.take(draft);
  families.value = draft.facts.families;
  kind.value = draft.facts.kind;
  chosen = -1;
  to(draft.drawing);
  show("draft", false, "map");
  map.lookAt(history.now.points);
}

/** @param {import("./drafts.js").Draft} draft */
async function discard(draft) {
  const { length } = draft.drawing.points;
  if (!(await sure(words.say("draft.sure"), words.say("draft.sure.text", { count: length }), words.say("draft.no")))) return;
  drafts.forget(draft.id);
  offerDrafts();
}

offerDrafts();
refresh("");

// The tests of the page cannot read a canvas.
Object.assign(window, { drawing: { now: () => history.now, map } });
