// @ts-check
/** The drawing page: buttons, words and the map, around one history of the drawing. */
import { Checker } from "./check.js";
import { forget, keep, kept } from "./drafts.js";
import { History, NOTHING, add, close, move, remove, reopen } from "./history.js";
import { DrawMap } from "./map.js";
import { areaOf, asText, gridPlace, lengthOf, outline, polygon } from "./shape.js";
import { Words } from "./words.js";

/** @typedef {import("./history.js").Drawing} Drawing */

/** @template {HTMLElement} T @param {string} id @returns {T} */
const $ = (id) => /** @type {T} */ (document.getElementById(id));

const start = JSON.parse($("start").textContent ?? "{}");
const words = new Words(start.sentences, start.language);

let history = new History();
let chosen = -1;

const families = /** @type {HTMLInputElement} */ ($("families"));
const kind = /** @type {HTMLSelectElement} */ ($("kind"));

const map = new DrawMap($("map"), {
  bounds: start.bounds,
  words: { zoomIn: words.say("zoom_in"), zoomOut: words.say("zoom_out") },
  onTap: (place) => (history.now.closed ? choose(-1) : put(place)),
  onTapVertex: tapVertex,
  onReshaped: (points) => to({ ...history.now, points }),
  onNeighbours: (state) => ($("neighbours").textContent = words.say(`neighbours.${state}`)),
});

const checker = new Checker(`/api/check?lang=${start.language}`, {
  asking: () => tell(words.say("checking")),
  answered: showAnswer,
  refused: (sentence) => tell(sentence ?? words.say("check.offline")),
});

/** @param {Drawing} drawing */
function to(drawing) {
  history = history.to(drawing);
  refresh();
}

/** @param {import("./history.js").Place} place */
function put(place) {
  chosen = -1;
  to(add(history.now, place));
}

/** @param {number} at */
function tapVertex(at) {
  if (at === 0 && !history.now.closed && history.now.points.length >= 3) to(close(history.now));
  else choose(at);
}

/** @param {number} at */
function choose(at) {
  chosen = at;
  refresh();
}

/** @param {string} sentence */
function tell(sentence) {
  $("status").textContent = sentence;
}

/** What to do next, in one sentence. @param {Drawing} drawing */
function nextStep({ points, closed }) {
  if (closed) return words.say("step.closed");
  if (points.length === 0) return words.say("step.first");
  if (points.length < 3) return words.say("step.more", { count: 3 - points.length });
  return words.say("step.close");
}

function facts() {
  return { families: families.value, kind: kind.value };
}

function refresh() {
  const { points, closed } = history.now;
  if (chosen >= points.length) chosen = -1;
  map.show(history.now, chosen);
  map.mark(null, null);
  const isKept = keep(localStorage, history.now, facts());
  $("step").textContent = nextStep(history.now);
  $("measures").textContent = closed
    ? words.say("measures", { area: words.area(areaOf(points)), length: words.length(lengthOf(points, true)) })
    : words.say("measures.open", { count: points.length, length: words.length(lengthOf(points, false)) });
  $("kept").textContent = isKept ? "" : words.say("not_kept");
  $("add").hidden = closed;
  $("close").hidden = closed || points.length < 3;
  $("reopen").hidden = !closed;
  enable("undo", history.canUndo);
  enable("redo", history.canRedo);
  for (const id of ["restart", "download", "copy"]) enable(id, points.length > 0);
  $("chosen").hidden = chosen < 0;
  if (chosen >= 0) $("chosen-name").textContent = words.say("chosen", { number: chosen + 1 });
  listPoints();
  ask();
}

function ask() {
  const { points, closed } = history.now;
  if (!closed) {
    checker.ask(null);
    $("findings").replaceChildren();
    tell("");
    return;
  }
  checker.ask(feature());
}

function feature() {
  const count = families.value.trim();
  const properties = { level: "council", kind: kind.value || null, families: /^\d+$/.test(count) ? Number(count) : null };
  return { type: "Feature", properties, geometry: polygon(history.now.points) };
}

/** @param {string} id @param {boolean} can */
function enable(id, can) {
  /** @type {HTMLButtonElement} */ ($(id)).disabled = !can;
}

function listPoints() {
  const rows = history.now.points.map(([lon, lat], at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "row";
    button.setAttribute("aria-pressed", String(at === chosen));
    button.textContent = words.say("point", { number: at + 1, place: `${lat.toFixed(5)}, ${lon.toFixed(5)}` });
    button.addEventListener("click", () => {
      choose(at);
      map.lookAt([history.now.points[at]]);
    });
    const row = document.createElement("li");
    row.append(button);
    return row;
  });
  $("points").replaceChildren(...rows);
}

/** @param {import("./check.js").Answer} answer */
function showAnswer({ area_m2, perimeter_m, findings, notices }) {
  $("measures").textContent = words.say("measures", { area: words.area(area_m2), length: words.length(perimeter_m) });
  const count = findings.length;
  const summary = count === 0 ? words.say("clean") : words.say(count === 1 ? "found.one" : "found.many", { count });
  tell([summary, ...notices.map(({ message }) => message)].join(" "));
  const rows = findings.map((finding) => {
    const row = document.createElement("li");
    row.className = `finding ${finding.severity}`;
    const weight = document.createElement("strong");
    weight.textContent = words.say(`severity.${finding.severity}`);
    const sentence = document.createElement("p");
    sentence.append(weight, " ", finding.message);
    row.append(sentence);
    if (finding.geometry || finding.place) {
      const show = document.createElement("button");
      show.type = "button";
      show.className = "quiet";
      show.textContent = words.say("show");
      show.setAttribute("aria-label", words.say("show.what", { what: finding.message }));
      show.addEventListener("click", () => {
        map.mark(finding.geometry, finding.place);
        $("map").scrollIntoView({ block: "nearest" });
      });
      row.append(show);
    }
    return row;
  });
  $("findings").replaceChildren(...rows);
}

/** @param {string} id @param {() => void} act */
function on(id, act) {
  $(id).addEventListener("click", act);
}

on("add", () => put(map.atCrosshair().place));
on("close", () => {
  to(close(history.now));
  if (map.zoom < 12) map.lookAt(history.now.points);
});
on("reopen", () => to(reopen(history.now)));
on("undo", () => {
  history = history.undo();
  refresh();
});
on("redo", () => {
  history = history.redo();
  refresh();
});
on("restart", () => /** @type {HTMLDialogElement} */ ($("sure")).showModal());
on("sure-yes", () => {
  /** @type {HTMLDialogElement} */ ($("sure")).close();
  chosen = -1;
  to(NOTHING);
});
on("sure-no", () => /** @type {HTMLDialogElement} */ ($("sure")).close());
on("move", () => {
  const at = chosen;
  to(move(history.now, at, map.atCrosshair().place));
});
on("remove", () => {
  const at = chosen;
  chosen = -1;
  to(remove(history.now, at));
});
on("unchoose", () => choose(-1));

on("locate", () => {
  tell(words.say("locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      map.lookAt([gridPlace([coords.longitude, coords.latitude])]);
      tell(words.say("located", { accuracy: words.length(coords.accuracy) }));
    },
    () => tell(words.say("not_located")),
    { enableHighAccuracy: true, timeout: 20_000 },
  );
});

on("download", () => {
  const { points, closed } = history.now;
  const whole = closed ? feature() : { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(whole)], { type: "application/geo+json" }));
  link.download = words.say("file_name");
  link.click();
  URL.revokeObjectURL(link.href);
});
on("copy", async () => {
  try {
    await navigator.clipboard.writeText(asText(history.now.points));
    tell(words.say("copied"));
  } catch {
    tell(words.say("not_copied"));
  }
});

$("file").addEventListener("change", async () => {
  const input = /** @type {HTMLInputElement} */ ($("file"));
  const file = input.files?.[0];
  if (!file) return;
  tell(words.say("reading"));
  const form = new FormData();
  form.append("file", file);
  try {
    const response = await fetch(`/api/check/file?lang=${start.language}`, { method: "POST", body: form });
    const answer = await response.json();
    const shapes = response.ok ? answer.layer.features.filter((/** @type {any} */ one) => one.geometry) : [];
    if (shapes.length === 1) {
      to({ points: outline(shapes[0].geometry), closed: true });
      map.lookAt(history.now.points);
    } else tell(response.ok ? words.say("import.many", { count: shapes.length }) : answer.detail);
  } catch {
    tell(words.say("check.offline"));
  }
  input.value = "";
});

for (const field of [families, kind]) field.addEventListener("change", refresh);

$("map").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === $("map")) {
    event.preventDefault();
    if (!history.now.closed) put(map.atCrosshair().place);
  }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (isTyping || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  history = event.shiftKey ? history.redo() : history.undo();
  refresh();
});

const draft = kept(localStorage);
if (draft) {
  $("draft").hidden = false;
  $("draft-when").textContent = words.say("draft", {
    when: new Date(draft.kept).toLocaleString(start.language),
    count: draft.drawing.points.length,
  });
  on("draft-yes", () => {
    $("draft").hidden = true;
    families.value = draft.facts?.families ?? "";
    kind.value = draft.facts?.kind ?? "";
    history = history.to(draft.drawing);
    refresh();
    map.lookAt(history.now.points);
    $("map").focus();
  });
  on("draft-no", () => {
    $("draft").hidden = true;
    forget(localStorage);
    refresh();
    $("map").focus();
  });
}

// The draft is kept until somebody says what to do with it.
if (!draft) refresh();
else {
  map.show(history.now, chosen);
  $("step").textContent = nextStep(history.now);
  for (const id of ["undo", "redo", "restart", "download", "copy"]) enable(id, false);
}

// For the tests of the page, which cannot read a canvas.
Object.assign(window, { drawing: { now: () => history.now, map } });
