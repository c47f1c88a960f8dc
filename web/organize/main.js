// @ts-check
/** The organizers' page: ask what is missing somewhere, see it ranked and on the map, take it along. */
import { $, on, tell } from "../draw/page.js";
import { Words } from "../draw/words.js";
import { GapList } from "./gaps.js";
import { Job } from "./job.js";
import { GapMap } from "./map.js";
import { Plans } from "./plans.js";
import { Refused } from "./server.js";

const start = JSON.parse($("start").textContent ?? "{}");
const words = new Words(start.sentences, start.language);
const STEPS = ["layout", "councils", "land", "people"];
/** @type {any} what was found last */
let found = null;

const list = new GapList(words, {
  onChosen: (id) => {
    map.choose(id);
    if (id) $("stage").scrollIntoView({ block: "nearest" });
  },
  onPlan: (councils) => void plans.open(councils),
  onFiltered: (gaps) => map.show(gaps),
});
const map = new GapMap($("map"), {
  bounds: start.bounds,
  words: { zoomIn: words.say("zoom_in"), zoomOut: words.say("zoom_out") },
  onChosen: (id) => {
    list.choose(id);
    map.choose(id);
  },
});
const job = new Job(start.language, ({ step, done, of }) => {
  const bar = /** @type {HTMLProgressElement} */ ($("how-far"));
  if (of) [bar.max, bar.value] = [of, done];
  $("doing").textContent = words.say(STEPS.includes(step) ? `step.${step}` : step ? "step.other" : "step.waiting");
});

const plans = new Plans(words, { run, onShown: (plan) => map.showPlan(plan), tell });

$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = await run({ kind: "gaps", ...areaOf(/** @type {HTMLSelectElement} */ ($("where")).value) });
  if (told) show(told);
});

/** Have something done on the server; nothing when it was stopped or refused, which is said. @param {object} asked @returns {Promise<any>} */
async function run(asked) {
  isWorking(true);
  try {
    const told = await job.run(asked);
    if (!told) tell(words.say("stopped"));
    return told;
  } catch (error) {
    tell(error instanceof Refused ? error.message : words.say("failed"));
    return null;
  } finally {
    isWorking(false);
  }
}
on("stop", () => void job.stop());
on("print", () => print());
on("download", () => {
  const collection = { type: "FeatureCollection", features: found.features };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(collection)], { type: "application/geo+json" }));
  link.download = `${words.say("file")}.geojson`;
  link.click();
  URL.revokeObjectURL(link.href);
});

/** @param {string} where @returns {object} */
function areaOf(where) {
  if (where === "view") return { bbox: map.bounds.map((/** @type {number} */ side) => side.toFixed(6)).join(",") };
  return where ? { jurisdiction: where } : {};
}

/** @param {boolean} is */
function isWorking(is) {
  $("working").hidden = !is;
  /** @type {HTMLButtonElement} */ ($("ask").querySelector("button")).disabled = is;
  if (!is) return;
  tell("");
  $("doing").textContent = words.say("step.waiting");
  /** @type {HTMLProgressElement} */ ($("how-far")).removeAttribute("value");
}

/** @param {any} told */
function show(told) {
  found = told;
  $("found").hidden = false;
  covered(told.coverage);
  $("population").textContent = told.population
    ? words.say("population", { called: told.population.called, source: told.population.source, date: told.population.date ?? "—" })
    : words.say("population.unknown");
  $("plans").hidden = true;
  list.fill(told.features);
  map.fill(told.features, told.area);
  tell(words.say("told", { count: words.number(told.features.length) }));
  $("found-title").focus({ preventScroll: true });
}

/** @param {any} coverage */
function covered(coverage) {
  /** @type {[string, string][]} */
  const rows = [
    [words.say("covered.councils"), part(coverage.councils_m2, coverage.area_m2, words.area(coverage.councils_m2))],
    [words.say("covered.communes"), part(coverage.communes_m2, coverage.area_m2, words.area(coverage.communes_m2))],
    [words.say("covered.in_communes"), `${words.number(coverage.in_communes)} / ${words.number(coverage.councils)}`],
  ];
  if (coverage.people !== null) {
    rows.push([words.say("covered.people"), part(coverage.people_in_councils, coverage.people, words.number(coverage.people_in_councils))]);
  }
  $("coverage").replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const [term, told] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      told.textContent = value;
      return [term, told];
    }),
  );
}

/** @param {number} some @param {number} all @param {string} said */
function part(some, all, said) {
  return all ? `${said} (${words.number((100 * some) / all, 1)}\u00a0%)` : said;
}

if (start.has_key) void plans.listKept();
// The tests of the page cannot read a canvas.
Object.assign(window, { organizing: { map, list, plans } });
