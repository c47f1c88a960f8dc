// @ts-check
/** Opens our pages without a connection: the pages on its list and the files that they load, and nothing else.
 *
 * What a key lets its bearer see never passes through here: those answers come under other addresses, and the only
 * pages that are kept are those that everybody gets. Files carry their version in their address, so that pages of
 * two versions never mix; a page is kept with its policy, whose nonce is that of its scripts.
 */

/**
 * The server writes it before this file.
 * @typedef {{ version: string, language: string, pages: string[], renewed: string[], assets: string[] }} Kept
 *   renewed: pages that show data, and change with them
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const { version, language, pages, renewed, assets } = /** @type {{ kept: Kept }} */ (/** @type {unknown} */ (self)).kept;

const ASSETS = `assets ${version}`;
const PAGES = `pages ${version}`;
// On a slow line what is kept comes before what is new: it is replaced when the new one has arrived.
const PATIENCE_MS = 2_500;

worker.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([keepAssets(), keepPages()]).then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (assets.includes(url.pathname)) event.respondWith(asset(request));
  else if (url.pathname.startsWith("/tiles/")) event.respondWith(tile(request));
});

async function keepAssets() {
  const cache = await caches.open(ASSETS);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll(assets.filter((path) => !kept.has(path)));
}

async function keepPages() {
  const cache = await caches.open(PAGES);
  await Promise.all(pages.map(async (path) => {
    const address = addressOf(path, language);
    const response = await fetch(address, { cache: "no-store", credentials: "omit" });
    if (!(await isOurs(response))) throw new Error(`${address}: ${response.status}`);
    await cache.put(address, response);
  }));
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name !== ASSETS && name !== PAGES) await caches.delete(name);
}

/** A page of this version, with the files that are kept. Every address here is public.
 * @param {Response} response
 */
async function isOurs(response) {
  return response.status === 200 && !response.redirected && (await response.clone().text()).includes(`/static/${version}/`);
}

/** @param {string} path @param {string} spoken */
function addressOf(path, spoken) {
  return `${path}?lang=${spoken}`;
}

/** New if it comes in time, kept otherwise. @param {FetchEvent} event @param {URL} url */
async function page(event, url) {
  const stored = pages.includes(url.pathname) ? await keptPage(url) : undefined;
  const asked = fetch(event.request);
  if (renewed.includes(url.pathname)) event.waitUntil(asked.then((response) => renew(url, response.clone())).catch(() => undefined));
  const fresh = asked.then((response) => (stored && response.status >= 500 ? stored : response));
  const answers = stored ? [fresh, after(PATIENCE_MS, stored)] : [fresh];
  return Promise.race(answers).catch(async () => stored ?? (await keptPage(new URL("/offline", url))) ?? Response.error());
}

/** @template T @param {number} ms @param {T} value @returns {Promise<T>} */
function after(ms, value) {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

/** In the language asked for, or else in that of the last visit. @param {URL} url */
async function keptPage(url) {
  const cache = await caches.open(PAGES);
  const spoken = url.searchParams.get("lang") ?? language;
  return (await cache.match(addressOf(url.pathname, spoken))) ?? cache.match(addressOf(url.pathname, language));
}

/** @param {URL} url @param {Response} response */
async function renew(url, response) {
  // With anything else in the address it is another page.
  if ([...url.searchParams.keys()].some((name) => name !== "lang") || !(await isOurs(response))) return;
  const spoken = response.headers.get("Content-Language") ?? language;
  await (await caches.open(PAGES)).put(addressOf(url.pathname, spoken), response);
}

/** @param {Request} request */
async function asset(request) {
  return (await (await caches.open(ASSETS)).match(request.url)) ?? fetch(request);
}

/** Without a connection a map has empty tiles, and not a fault for each of them. @param {Request} request */
function tile(request) {
  return fetch(request).catch(() => new Response(null, { status: 204 }));
}
