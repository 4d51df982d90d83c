// What stands in the head of every page: how many wait, and the alert when a life is in danger.
import { toast } from "./say.js";

const words = document.getElementById("shell-words")?.dataset ?? {};
const button = document.querySelector("[data-alerts]"), title = document.title;
const TOLD = "ucare-told", ALERTS = "ucare-alerts", FORGET_MS = 24 * 3600 * 1000;
const store = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* a browser that keeps nothing */ } },
};
const sounds = () => store.get(ALERTS) === "on";
let context, first = true, tag = "";

function sound() { // two soft tones, rising; discreet, and not to be taken for anything else
  try {
    context ??= new AudioContext();
    for (const [at, pitch] of [[0, 587], [0.18, 784]]) {
      const tone = context.createOscillator(), volume = context.createGain(), begin = context.currentTime + at;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.12, begin + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.4);
      tone.connect(volume).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + 0.45);
    }
  } catch { /* no sound here */ }
}

// Of several open pages one tells it; without any content.
function alertOnce(marks) {
  let told;
  try { told = JSON.parse(store.get(TOLD) ?? "{}"); } catch { told = {}; }
  const now = Date.now(), fresh = marks.filter((mark) => !(mark in told));
  for (const mark of fresh) told[mark] = now;
  for (const mark of Object.keys(told)) if (now - told[mark] > FORGET_MS) delete told[mark];
  store.set(TOLD, JSON.stringify(told));
  if (!fresh.length) return;
  if (!location.pathname.startsWith("/console/queue")) toast(words.danger, { tone: "T0", stays: 30000, link: { text: words.look, address: "/console/queue?level=T0" } });
  if (!sounds()) return;
  sound();
  if (document.hidden && globalThis.Notification?.permission === "granted") {
    const note = new Notification(words.danger, { tag: "ucare-T0", renotify: true, icon: "/console/static/icon.svg" });
    note.addEventListener("click", () => { window.focus(); note.close(); });
  }
}

export function standing({ waiting, danger, announced }) {
  for (const badge of document.querySelectorAll("[data-count=waiting]")) {
    badge.hidden = !waiting;
    badge.classList.toggle("late", danger.length > 0);
    if (badge.textContent !== String(waiting)) badge.textContent = waiting;
  }
  const base = document.getElementById("queue")?.dataset.title ?? title;
  const mark = danger.length || announced ? "!" : "";
  const wanted = waiting ? `(${waiting}${mark}) ${base}` : base;
  if (document.title !== wanted) document.title = wanted;
  const unseen = first && document.getElementById("queue"); // what is in plain sight when the page opens is no news
  first = false;
  if (unseen) { const kept = Object.fromEntries(danger.map((one) => [one, Date.now()])); store.set(TOLD, JSON.stringify({ ...JSON.parse(store.get(TOLD) ?? "{}"), ...kept })); }
  else alertOnce(danger);
}

async function ask() {
  try {
    const answer = await fetch("/console/now?part=1", { credentials: "same-origin", headers: { accept: "application/json", "x-part": "1", ...(tag && { "if-none-match": tag }) } });
    if (answer.status !== 200) return;
    tag = answer.headers.get("etag") ?? "";
    standing(await answer.json());
  } catch { /* the next time */ }
}

function label() {
  const denied = globalThis.Notification?.permission === "denied";
  button.querySelector("span").textContent = sounds() ? button.dataset.on : denied ? button.dataset.denied : button.dataset.off;
  button.setAttribute("aria-pressed", String(sounds()));
}

if (button) {
  button.hidden = false;
  label();
  button.addEventListener("click", async () => {
    if (sounds()) store.set(ALERTS, "off");
    else {
      store.set(ALERTS, "on");
      sound(); // so that one knows it again, and the browser allows it from now on
      await globalThis.Notification?.requestPermission?.();
    }
    label();
  });
}
if (document.querySelector("[data-count=waiting]") && !document.getElementById("queue")) {
  ask();
  setInterval(() => document.hidden && !sounds() ? undefined : ask(), 15000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
