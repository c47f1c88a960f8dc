// @ts-check
/** Small things about the page itself. */

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function $(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/** A button that cannot be used now keeps the focus, so that nobody loses their place.
 * @param {string} id @param {() => void} act
 */
export function on(id, act) {
  $(id).addEventListener("click", () => {
    if ($(id).getAttribute("aria-disabled") !== "true") act();
  });
}

/** @param {string} id @param {boolean} can */
export function enable(id, can) {
  $(id).setAttribute("aria-disabled", String(!can));
}

/** Show or hide; the focus of what is hidden goes to another element. @param {string} id @param {boolean} isShown @param {string} [heir] */
export function show(id, isShown, heir) {
  const hasFocus = $(id).contains(document.activeElement);
  $(id).hidden = !isShown;
  if (!isShown && hasFocus && heir) $(heir).focus({ preventScroll: true });
}

/** @param {string} text @param {() => void} act @param {string} [className] */
export function button(text, act, className = "quiet") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

/** @param {...(Node | string)} content */
export function item(...content) {
  const made = document.createElement("li");
  made.append(...content);
  return made;
}

/** Ask before something that is hard to take back. @param {string} title @param {string} text @param {string} yes @returns {Promise<boolean>} */
export function sure(title, text, yes) {
  const box = /** @type {HTMLDialogElement} */ ($("sure"));
  $("sure-title").textContent = title;
  $("sure-text").textContent = text;
  $("sure-yes").textContent = yes;
  box.returnValue = "";
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
  });
}

/** The browser's own storage, where it lets us. */
export function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Whether things should not move by themselves. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Say what happened, where it is also read out. @param {string} sentence */
export function tell(sentence) {
  $("status").textContent = sentence;
}
