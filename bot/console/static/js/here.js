// Says once a minute that a person is there, while they type or point: who writes a long reply is not signed out over it.
const EVERY_MS = 60_000;
let last = Date.now();

function here() {
  if (Date.now() - last < EVERY_MS) return;
  last = Date.now();
  fetch("/console/me/here", { credentials: "same-origin" }).catch(() => {});
}

if (document.body.dataset.person) for (const what of ["keydown", "pointerdown"]) addEventListener(what, here, { passive: true });
