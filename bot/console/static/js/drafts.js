// What is half written survives a reload, a lost connection and an ended session: kept in this browser, for this
// person, until it is sent or they sign out. Only what a caseworker types is kept, never what a contact wrote.
const PREFIX = "ucare-draft:";
const KEEP_MS = 7 * 24 * 3600 * 1000;
const person = document.body.dataset.person ?? "";

function* kept() {
  for (let at = localStorage.length - 1; at >= 0; at -= 1) {
    const key = localStorage.key(at);
    if (key.startsWith(PREFIX)) yield key;
  }
}

function keyOf(box) {
  const name = box.dataset.draft;
  return `${PREFIX}${person}:${name.includes(":") ? name : `${location.pathname}:${name}`}`;
}

export function forget() {
  for (const key of [...kept()]) localStorage.removeItem(key);
}

function tidy() { // of somebody else on the same machine, or too old
  for (const key of [...kept()]) {
    let at = 0;
    try { at = JSON.parse(localStorage.getItem(key)).at; } catch { /* not ours */ }
    if (!key.startsWith(`${PREFIX}${person}:`) || Date.now() - at > KEEP_MS) localStorage.removeItem(key);
  }
}

function restore(within) {
  for (const box of within.querySelectorAll("[data-draft]")) {
    if (box.value) continue;
    const found = localStorage.getItem(keyOf(box));
    if (!found) continue;
    try { box.value = JSON.parse(found).text; } catch { continue; }
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

if (person) {
  try {
    tidy();
    restore(document);
    document.addEventListener("input", (event) => {
      const box = event.target.closest?.("[data-draft]");
      if (!box) return;
      if (box.value.trim()) localStorage.setItem(keyOf(box), JSON.stringify({ text: box.value, at: Date.now() }));
      else localStorage.removeItem(keyOf(box));
    });
    for (const form of document.querySelectorAll("[data-sign-out]"))
      form.addEventListener("submit", () => {
        forget();
        sessionStorage.clear();
        document.cookie = "ucare_queue=; path=/console/queue; max-age=0; samesite=strict";
      });
  } catch { /* a browser that keeps nothing */ }
}
