// @ts-check
/** Drawings that were saved and wait to be sent: each is written down before it is sent, and forgotten once answered.
 *
 * What is refused stays, with the server's sentence, until somebody decides. Every try of the same drawing carries the
 * same name, so that the server takes it once, whatever was lost on the way.
 */

/** @typedef {{ code?: string, detail?: string, args?: Record<string, any>, status?: number }} Problem */
/** @typedef {{ url: string, method: string, headers: Record<string, string>, body: string }} Sending a request that names
 *   itself (`Idempotency-Key`) and the version it was made from (`If-Match`, or `If-None-Match: *`) */
/** @typedef {{ territory: import("./territory.js").Territory, draft: string }} Whose the territory as it was, and the draft that it is a copy of */
/** @typedef {"waiting" | "conflict" | "barred" | "refused"} State
 *   conflict: somebody else changed the line meanwhile; barred: the key does not allow it, or there is none */

/**
 * @typedef {object} Waiting
 * @property {string} id the request's name
 * @property {Sending} sending
 * @property {Whose} whose
 * @property {string} saved when, ISO 8601
 * @property {number} tries
 * @property {State} state
 * @property {Problem | null} problem what the server said
 */

/** Events: "changed" after anything; "sent" with `detail: { item, answer }`; "conflict", "barred" and "refused" with
 * `detail: { item }`, when what waited was answered later. */
export class Outbox extends EventTarget {
  /**
   * @param {import("../offline/database.js").Table<Waiting>} table
   * @param {typeof fetch} [ask]
   */
  constructor(table, ask = (...request) => fetch(...request)) {
    super();
    this.table = table;
    this.ask = ask;
    /** @type {Promise<void>} */
    this.turns = Promise.resolve();
  }

  /** Write a request down and send it: an answer of the server, whatever it says, is its sender's. Without one it waits.
   * What waits for the same line, and never left, gives way to it.
   * @param {Sending} sending @param {Whose} whose
   * @throws when there is no connection
   */
  async send(sending, whose) {
    const id = sending.headers["Idempotency-Key"];
    const saved = new Date().toISOString();
    /** @type {Waiting} */
    const item = { id, sending, whose, saved, tries: 0, state: "waiting", problem: null };
    try {
      await this.table.change(id, () => [item]);
    } catch {
      return this.#fetched(item); // a browser that keeps nothing sends all the same
    }
    for (const old of await this.waiting()) if (old.id !== id && isReplaced(old, item)) await this.table.forget(old.id);
    return this.#inTurn(async () => {
      const response = await this.#asked(item);
      if (isNoAnswer(response.status)) throw new Error(String(response.status));
      await this.#done(item, response.ok ? await response.clone().json() : {});
      return response;
    }).finally(() => this.#tell("changed"));
  }

  /** Everything that waits, in the order in which it was saved. */
  async waiting() {
    return (await this.table.all()).sort((a, b) => a.saved.localeCompare(b.saved));
  }

  /** Try again what waits; what was refused too, when somebody asks for it. @param {(item: Waiting) => boolean} [which] */
  async sendAll(which = ({ state }) => state === "waiting") {
    for (const { id } of (await this.waiting()).filter(which)) {
      if (!(await this.#inTurn(() => this.#again(id)))) break;
    }
    this.#tell("changed");
  }

  /** @param {string} id */
  async forget(id) {
    await this.table.forget(id);
    this.#tell("changed");
  }

  /** One at a time, also among several pages where the browser has locks. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
  async #inTurn(act) {
    if (globalThis.navigator?.locks) return navigator.locks.request("territory.outbox", act);
    const turn = this.turns.then(act);
    this.turns = turn.then(() => undefined, () => undefined);
    return turn;
  }

  /** @param {string} id @returns {Promise<boolean>} whether the server answered */
  async #again(id) {
    const item = await this.table.get(id);
    if (!item) return true; // another page sent it while this one waited for its turn
    try {
      const response = await this.#asked(item);
      const told = await response.json();
      if (isNoAnswer(response.status)) return false;
      if (response.ok) await this.#done(item, told);
      else await this.#note({ ...item, tries: item.tries + 1, state: stateOf(response.status), problem: told });
      this.#tell(response.ok ? "sent" : stateOf(response.status), { item, answer: told });
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Waiting} item */
  async #asked(item) {
    await this.#note({ ...item, tries: item.tries + 1 });
    return this.#fetched(item);
  }

  /** @param {Waiting} item */
  #fetched({ sending: { url, ...how } }) {
    return this.ask(url, how);
  }

  /** @param {Waiting} item */
  #note(item) {
    return this.table.change(item.id, (known) => (known ? [item] : []));
  }

  /** What was drawn on top of this one, before it was sent, is now drawn from its version. @param {Waiting} item @param {any} answer */
  async #done(item, answer) {
    await this.table.forget(item.id);
    if (item.sending.method !== "PUT" || !answer.version) return;
    for (const next of await this.waiting()) {
      if (isOnSameLine(next, item)) await this.#note({ ...next, sending: madeFrom(next.sending, answer.version) });
    }
  }

  /** @param {string} name @param {object} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Whether a status says nothing about the request itself. @param {number} status */
function isNoAnswer(status) {
  return status === 429 || status >= 500;
}

/** @param {Sending} sending @param {number} version @returns {Sending} */
function madeFrom(sending, version) {
  const { "If-None-Match": _, ...headers } = sending.headers;
  return { ...sending, headers: { ...headers, "If-Match": `"v${version}"` } };
}

/** @param {Sending} sending */
function baseOf({ headers }) {
  return headers["If-Match"] ?? "";
}

/** @param {number} status @returns {State} */
function stateOf(status) {
  if (status === 412) return "conflict";
  return status === 401 || status === 403 ? "barred" : "refused";
}

/** What the server may have taken already stays. @param {Waiting} old @param {Waiting} item */
function isReplaced(old, item) {
  if (old.state === "waiting") return isOnSameLine(old, item) && old.tries === 0;
  return isSameDoor(old, item);
}

/** @param {Waiting} one @param {Waiting} other */
function isOnSameLine(one, other) {
  return isSameDoor(one, other) && baseOf(one.sending) === baseOf(other.sending);
}

/** @param {Waiting} one @param {Waiting} other */
function isSameDoor(one, other) {
  return one.sending.method === other.sending.method && one.sending.url === other.sending.url;
}
