// Keeps the site on the device, as one version: what a visit has fetched, or all of it when asked. It lies at the
// site's root, for that is as far as it may reach. The build writes the list of files into it, so that another build is
// another worker.

/**
 * @typedef {object} Build
 * @property {string} version
 * @property {Record<string, [digest: string, bytes: number]>} files  by their addresses from the root
 * @property {Record<string, string[]>} pages  what a page needs besides itself to be read
 * @property {string[]} python  what Python needs besides a lesson's recipes
 */

/** @type {Build} */
const BUILD = Object.assign({ version: "", files: {}, pages: {}, python: [] }, /* build */ {});
/** @type {any} */
const worker = globalThis;
const ROOT = worker.registration.scope;
const OURS = `tensor-foundations ${ROOT} `;
const CACHE = OURS + BUILD.version;
const ALL = "all-is-kept"; // an address of no file, kept where everything is
const TAKE_OVER = "take over";
const AT_A_TIME = 6;
const NOT_HERE = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Not on this device</title><style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem 1rem }</style>
<h1>This page is not on this device yet</h1>
<p>There is no network now. Pages that you have opened before work without one.</p>
<p><a href="${ROOT}">All lessons</a></p>`;

/** The address of a file of the site; "" of anything else. @param {string} url */
function addressOf(url) {
  const { origin, pathname } = new URL(url, ROOT);
  if (!(origin + pathname).startsWith(ROOT)) return "";
  const address = decodeURIComponent((origin + pathname).slice(ROOT.length)) || "index.html";
  return address in BUILD.files ? address : "";
}

/** @param {string} address */
const urlOf = (address) => new URL(address, ROOT).href;

/** @param {Response} response @param {string} address */
async function isOfThisBuild(response, address) {
  if (response.status !== 200) return false;
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === BUILD.files[address][0];
}

/**
 * Keep a file if it is not kept yet. Raises: an Error if it can't be had, or is another build's.
 * @param {Cache} cache
 * @param {string} address
 */
async function keep(cache, address) {
  if (await cache.match(urlOf(address))) return;
  for (const from of ["default", "reload"]) {
    // the browser's own cache may be behind
    const response = await fetch(urlOf(address), { cache: /** @type {RequestCache} */ (from) });
    if (!(await isOfThisBuild(response.clone(), address))) continue;
    await cache.put(urlOf(address), response);
    return;
  }
  throw new Error(`${address} is not of this build`);
}

/** Some at a time. @param {string[]} addresses @param {(bytes: number) => void} [tell] */
async function keepEach(addresses, tell = () => {}) {
  const cache = await caches.open(CACHE);
  const waiting = [...addresses];
  let bytes = 0;
  const work = async () => {
    for (let address = waiting.shift(); address; address = waiting.shift()) {
      await keep(cache, address);
      bytes += BUILD.files[address][1];
      tell(bytes);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return cache;
}

/** With what they need. @param {string[]} addresses */
const withNeeds = (addresses) => [
  ...new Set(
    addresses.flatMap((address) => [address, ...(BUILD.pages[address] ?? [])]).filter((a) => a in BUILD.files),
  ),
];

/** @param {(bytes: number) => void} [tell] */
async function keepAll(tell) {
  const cache = await keepEach(Object.keys(BUILD.files), tell);
  await cache.put(urlOf(ALL), new Response(""));
}

/** As much as an older version has, so that whoever goes on a train with it is no worse off. */
async function install() {
  const names = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  const cache = await caches.open(CACHE);
  const had = new Set();
  for (const name of names) {
    const old = await caches.open(name);
    for (const { url } of await old.keys()) {
      had.add(url.slice(ROOT.length));
      const address = addressOf(url);
      const response = address && (await old.match(url));
      if (response && (await isOfThisBuild(response.clone(), address))) await cache.put(url, response);
    }
  }
  if (had.has(ALL)) return keepAll();
  const addresses = [...had].filter((address) => address in BUILD.pages);
  const hadPython = [...had].some((address) => address.includes("/pyodide."));
  await keepEach([...withNeeds(addresses), ...(hadPython ? BUILD.python : [])]);
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** A part of what is kept, as Python reads the digits. @param {Response} response @param {string} range */
async function cut(response, range) {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  if (first === undefined) return response;
  const whole = await response.arrayBuffer();
  const end = last ? Math.min(Number(last) + 1, whole.byteLength) : whole.byteLength;
  const part = whole.slice(Number(first), end);
  const headers = {
    "Content-Range": `bytes ${first}-${end - 1}/${whole.byteLength}`,
    "Content-Length": `${part.byteLength}`,
  };
  return new Response(part, { status: 206, headers });
}

/** The size, without saying that parts can be had: what comes whole can be kept. @param {string} address */
function head(address) {
  return new Response(null, { headers: { "Content-Length": `${BUILD.files[address][1]}` } });
}

/** @param {Request} request @param {string} address @param {(work: Promise<any>) => void} later */
async function answer(request, address, later) {
  if (request.method === "HEAD") return head(address);
  const cache = await caches.open(CACHE);
  const kept = await cache.match(urlOf(address));
  const range = request.headers.get("Range");
  if (kept) return range ? cut(kept, range) : kept;
  const response = await fetch(request);
  if (response.status === 200) {
    const copy = response.clone();
    later(isOfThisBuild(response.clone(), address).then((same) => same && cache.put(urlOf(address), copy)));
  }
  return response;
}

/** Another version is there, and no other page of this one is open: begin with it. */
async function update() {
  const { waiting } = worker.registration;
  if (!waiting || (await worker.clients.matchAll({ type: "window" })).length > 1) return null;
  waiting.postMessage(TAKE_OVER);
  return new Response("", { headers: { Refresh: "0", "Content-Type": "text/html" } });
}

/** @param {any} event */
async function navigate(event, address) {
  const other = await update();
  if (other) return other;
  try {
    return await (address ? answer(event.request, address, (work) => event.waitUntil(work)) : fetch(event.request));
  } catch {
    return new Response(NOT_HERE, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" && request.method !== "HEAD") return;
  if (!request.url.startsWith(ROOT)) return;
  const address = addressOf(request.url);
  if (request.mode === "navigate") event.respondWith(navigate(event, address));
  else if (address) event.respondWith(answer(request, address, (work) => event.waitUntil(work)));
});
/** What the pages ask for; the answers go to `answer`. @param {any} data @param {(answer: object) => void} answer */
async function serve({ keep: addresses, keepAll: all, ask }, answer) {
  try {
    if (addresses) await keepEach(withNeeds(addresses.map(addressOf)));
    if (all) {
      const whole = Object.values(BUILD.files).reduce((sum, [, bytes]) => sum + bytes, 0);
      await keepAll((bytes) => answer({ bytes, whole }));
    }
    if (ask) answer({ all: Boolean(await (await caches.open(CACHE)).match(urlOf(ALL))) });
    else answer({ done: true });
  } catch (error) {
    answer({ failed: String(error) }); // another build's by now, or no network: the next visit tries again
  }
}

worker.addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) worker.skipWaiting();
  else event.waitUntil(serve(event.data, (answer) => event.ports[0].postMessage(answer)));
});
