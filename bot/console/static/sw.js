// A page for when there is no connection. Nothing else is kept here: no case, no text, no name.
const KEPT = "ucare-offline-1";
const FILES = ["/console/offline", "/console/static/icon.svg", ...["tokens", "base", "forms", "shell"].map((name) => `/console/static/css/${name}.css`)];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((all) => Promise.all(all.filter((one) => one !== KEPT).map((one) => caches.delete(one)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET")
    event.respondWith(fetch(event.request).catch(() => caches.match("/console/offline")));
  else if (!navigator.onLine && FILES.includes(new URL(event.request.url).pathname))
    event.respondWith(caches.match(event.request.url).then((found) => found ?? fetch(event.request)));
});
