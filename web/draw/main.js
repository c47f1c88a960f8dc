// @ts-check
/** The drawing page, put together: every part listens to one desk, and knows little of the others. */
import { Desk } from "./desk.js";
import { useDevice } from "./device.js";
import { FactFields } from "./facts.js";
import { FreeGround } from "./free.js";
import { NOTHING, isWhole } from "./history.js";
import { useKeys } from "./keys.js";
import { openLater } from "./later.js";
import { DrawMap } from "./map.js";
import { $, on, sure, tell } from "./page.js";
import { Pen } from "./pen.js";
import { PointList } from "./points.js";
import { Remedies } from "./remedies.js";
import { Review } from "./review.js";
import { Rings } from "./rings.js";
import { Saving } from "./save.js";
import { boundaryOf, drawingOf } from "./shape.js";
import { opened, wanted } from "./territory.js";
import { Tools } from "./tools.js";
import { waysIn } from "./ways.js";
import { Words } from "./words.js";
import { Offline } from "../offline/drawing.js";

const start = JSON.parse($("start").textContent ?? "{}");
const words = new Words(start.sentences, start.language);
const desk = new Desk();
const offline = new Offline(desk, start);
/** @type {Pen} */
const pen = new Pen(desk, words, { graph: () => map.around.graph, tell });

/** @type {DrawMap} */
const map = new DrawMap($("map"), {
  bounds: start.bounds,
  words: { zoomIn: words.say("zoom_in"), zoomOut: words.say("zoom_out") },
  onTap: (spot) => {
    if (!desk.now.closed) pen.put(spot);
    else if (!rings.turnToAt(spot.place)) pen.choose(-1);
  },
  onTapPoint: (at) => pen.tapPoint(at),
  onMoved: (at, spot) => pen.moveTo(at, spot, -1),
  onInserted: (at, spot) => pen.insertAt(at, spot, -1),
  lineTo: (place) => pen.lineTo(place),
  linesAround: (...asked) => offline.lines(...asked),
  onNeighbours: (state) => {
    $("neighbours").textContent = offline.said(state) ?? words.say(`neighbours.${state}`);
    together?.show();
  },
  onZoomed: () => {
    tools.showStep();
    together?.show();
    free.show();
  },
});
desk.listen(() => map.show(desk.now, desk.chosen));

const facts = new FactFields(words, {
  changed: () => {
    void offline.note(facts.said, words.say("not_kept"));
    tools.showMeasures();
    review.renew();
  },
  told: (sentence) => desk.refresh(sentence),
});
const tools = new Tools(desk, words, map, facts);
const rings = new Rings(desk, words, (points) => map.lookAt(points));
const free = new FreeGround(desk, words, map);
const saving = new Saving(desk, words, {
  showTheirs: (geometry) => map.showTheirs(geometry),
  look: () => {
    map.lookAt(desk.now.points);
    showMap();
  },
  kept: () => void offline.keep.finish(),
  send: (sending) => offline.send(sending),
});
/** @type {import("./together.js").Together | null} */
let together = null;
/** @type {Promise<void> | null} */
let own = null;
const remedies = new Remedies(desk, words, {
  feature,
  preview: (outcome, finding) => {
    map.showPreview(outcome ? [outcome.boundary, outcome.line].filter(Boolean) : [], finding?.geometry);
    if (outcome) showMap();
  },
  propose: async (outcome, finding) => {
    const asking = await import("./asking.js").catch(() => null);
    return asking ? new asking.Asking(desk, words, saving).propose(outcome, finding) : tell(words.say("remedy.offline"));
  },
});
const review = new Review(desk, words, map, {
  feature,
  remedies,
  measured: (area, length) => tools.showMeasures(area, length),
});
const points = new PointList(/** @type {HTMLDetailsElement} */ ($("points-box")), $("points"), words, (at) => {
  pen.choose(at);
  map.lookAt([desk.now.points[at]]);
  // There the arrows bring the cross to the right place, and Enter moves the point to it.
  $("map").focus();
});

desk.listen(({ isNew }) => {
  points.fill(desk.now.points, desk.chosen);
  if (isNew) void offline.note(facts.said, words.say("not_kept"));
});

/** What is said of the drawing when it is checked. */
function properties() {
  return { level: desk.territory?.level ?? "council", ...facts.read, replaces: desk.territory?.replaces ?? null };
}

function feature() {
  return { type: "Feature", properties: properties(), geometry: boundaryOf(desk.now) };
}

/** Show another drawing in place of this one; undo brings it back. @param {import("./history.js").Drawing} drawing @param {string} said */
function replaceBy(drawing, said) {
  desk.to(drawing, said);
  map.lookAt(desk.now.points);
  $("stage").scrollIntoView({ block: "nearest" });
}

/** Bring the map to the top of the window, and what is asked about it below. */
function showMap() {
  $("stage").scrollIntoView({ block: matchMedia("(max-width: 55.99rem)").matches ? "start" : "nearest" });
}

const talking = { desk, words, saving, map, look: showMap };
openLater("neighbours", talking, (may) => may.length > 0, async () => (await import("./neighbours.js")).Neighbours);
openLater("act", talking, (may) => may.includes("decide"), async () => (await import("./act.js")).ActForm);

useKeys(desk, words, pen, map);
useDevice(desk, words, { showPosition: (place, accuracy) => map.showPosition(place, accuracy), properties });
const ways = waysIn({
  desk,
  map,
  words: new Words({ ...start.sentences, ...start.ways }, start.language),
  look: showMap,
  onBrought: (shape, made) => {
    facts.take(shape.properties);
    replaceBy(drawingOf(shape.geometry, made), words.say("brought"));
  },
});

on("follow", () => {
  desk.follows = !desk.follows;
  desk.refresh(words.say(desk.follows ? "follow.on" : "follow.off"));
});
on("restart", async () => {
  if (await sure(words.say("sure"), words.say("sure.text"), words.say("sure.yes"))) desk.to(NOTHING);
});
addEventListener("online", () => {
  if (isWhole(desk.now)) review.ask();
});
addEventListener("beforeunload", (event) => {
  if ($("kept").textContent) event.preventDefault();
});

desk.refresh();
tools.showMeasures();

const joined = offline.join({
  map,
  saving,
  belong,
  fill: (said) => {
    facts.fill(said);
    void ways.layKept();
  },
});
// The tests of the page cannot read a canvas.
Object.assign(window, { drawing: { now: () => desk.now, map, desk, offline } });

const id = wanted(location.search);
if (id) await open(id);
else void ways.layKept();
await joined;

/** Draw a territory that exists anew. @param {string} territory */
async function open(territory) {
  const found = await opened(territory, () => offline.areas.territory(territory)).catch(() => ({ refused: words.say("open.offline") }));
  if ("refused" in found) return tell(found.refused);
  belong(found.territory);
  facts.take(found.facts);
  void ways.layKept();
  if (!found.drawing) {
    // A version without a line is one in words.
    /** @type {HTMLDetailsElement} */ ($("linderos-box")).open = found.territory.version > 0;
    return desk.refresh(words.say("open.empty"));
  }
  replaceBy(found.drawing, "");
  saving.isKept(desk.now);
  return map.loadNeighbours();
}

/** The drawing is one of this territory. @param {import("./territory.js").Territory} territory */
function belong(territory) {
  desk.territory = territory;
  facts.belong(territory);
  $("whose").textContent = words.say(territory.may.length ? "whose.own" : "whose.sketch", { name: territory.name });
  map.around.leaveOut(territory.id);
  if (territory.may.length) own ??= forItsOwn();
}

/** What only those need who hold a key of the territory: loaded with the first one that is opened so. */
async function forItsOwn() {
  try {
    const [{ Together }, { News }] = await Promise.all([import("./together.js"), import("./news.js")]);
    together = new Together(desk, words, map, saving);
    const news = new News(desk, words, map, { review });
    Object.assign(Reflect.get(window, "drawing"), { news });
    together.show();
    await news.look();
  } catch {
    own = null; // asked for again with the next territory
  }
}
