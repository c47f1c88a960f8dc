// @ts-check
/** What the device gives and takes: where it is, a file, the clipboard. */
import { boundaryOf, gridPlace, lineOf, asText } from "./shape.js";
import { isWhole } from "./history.js";
import { $, on, tell } from "./page.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {import("./words.js").Words} words
 * @param {{ showPosition: (place: import("./history.js").Place, accuracy: number) => void, properties: () => object }} page
 */
export function useDevice(desk, words, { showPosition, properties }) {
  on("locate", () => {
    tell(words.say("locating"));
    const failed = () => tell(words.say("not_located"));
    if (!navigator.geolocation) return failed();
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        showPosition(gridPlace([coords.longitude, coords.latitude]), coords.accuracy);
        tell(words.say("located", { accuracy: words.length(coords.accuracy) }));
      },
      failed,
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  });

  on("download", () => {
    const { now } = desk;
    const geometry = isWhole(now) ? boundaryOf(now) : lineOf(now.points);
    const whole = { type: "Feature", properties: isWhole(now) ? properties() : {}, geometry };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(whole)], { type: "application/geo+json" }));
    link.download = words.say("file_name");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });

  on("copy", async () => {
    const text = asText(desk.now.points);
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
}
