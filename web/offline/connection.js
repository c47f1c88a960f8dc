// @ts-check
/** Whether our server can be reached. A phone can have a connection, and the server of the village none. */

const AGAIN_MS = 20_000;
const PATIENCE_MS = 10_000;

export class Connection extends EventTarget {
  /** @param {typeof fetch} [ask] @param {number} [againMs] */
  constructor(ask = (...request) => fetch(...request), againMs = AGAIN_MS) {
    super();
    this.ask = ask;
    this.againMs = againMs;
    this.isLost = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Look once, and from then on whenever the browser says that something changed. */
  follow() {
    addEventListener("offline", () => this.#found(false));
    addEventListener("online", () => this.look());
    return this.look();
  }

  async look() {
    if (globalThis.navigator?.onLine === false) return this.#found(false);
    try {
      return this.#found((await this.ask("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })).ok);
    } catch {
      return this.#found(false);
    }
  }

  /** @param {boolean} isThere */
  #found(isThere) {
    clearTimeout(this.timer);
    if (!isThere) this.timer = setTimeout(() => this.look(), this.againMs);
    if (this.isLost !== isThere) return;
    this.isLost = !isThere;
    this.dispatchEvent(new Event(isThere ? "back" : "lost"));
  }
}
