// The app's service worker: its files in one cache for each version, the shell for every page of the app. It keeps no data.
// A new version waits until the page asks for it, so that nothing changes under somebody who is writing.
{% autoescape off %}
const VERSION = "{{ version }}";
const SHELL = "{{ shell }}";
const MINE = "{{ mine }}";
const ASSETS = {{ assets }};
{% endautoescape %}
const PREFIX = "sunlot-field-";
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...ASSETS].map((url) => new Request(url, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === SHELL) event.respondWith(kept(event.request, SHELL));
  else if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => Response.redirect(SHELL)));
  else if (ASSETS.includes(url.pathname)) event.respondWith(kept(event.request, url.pathname));
});

async function kept(request, key) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}
