// The chat page: shows the mailbox as it streams, keeps what is written until the server has it.
"use strict";
const $ = (id) => document.getElementById(id);
const log = $("log"), box = $("write"), scroller = $("scroll");
const labels = new Map(); // payload of a button → its label
const shown = new Map(); // id of an entry → its element
const mine = new Map(); // id of an event → the element we showed before the server had it
const queue = []; // what waits to be sent, in order
let last = "", source = null, sending = false, held = [], offline = false, starting = false, answeredBy = "", patience = 0;

const word = (key) => $("words").content.querySelector(`[data-t="${key}"]`).textContent;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Web addresses and telephone numbers in what we say can be tapped; nothing of a text is ever read as HTML.
const LINK = /(https?:\/\/[^\s<>"\u2066-\u2069]+[^\s<>".,;:!?)\u2066-\u2069])|(\+\d[\d ]{6,}\d|\b0\d[\d ]{6,}\d|\b1\d\d(?: ?\d{3})?\b(?!\d|[.,:]\d|%))/g;
function fill(target, text, linked) {
  let from = 0;
  for (const match of linked ? text.matchAll(LINK) : []) {
    target.append(text.slice(from, match.index));
    const link = element("a", "", match[0]);
    link.href = match[1] || `tel:${match[2].replace(/ /g, "")}`;
    if (match[1]) { link.target = "_blank"; link.rel = "noopener noreferrer"; } else link.dir = "ltr";
    target.append(link);
    from = match.index + match[0].length;
  }
  target.append(text.slice(from));
}

// An element whose words follow the language of the page.
function spoken(tag, className, key) {
  const made = element(tag, className, word(key));
  made.dataset.t = key;
  return made;
}

function bubble(who, text, locale, rtl) {
  const item = element("li", `entry ${who}`);
  const before = log.lastElementChild;
  if (before && before.classList.contains(who)) item.classList.add("same");
  item.append(spoken("span", "who", who === "contact" ? "you" : who));
  const body = element("div", "bubble");
  body.dir = who === "contact" || !locale ? "auto" : rtl ? "rtl" : "ltr";
  if (locale) body.lang = locale.replace("_", "-");
  fill(body, text, who !== "contact");
  item.append(body);
  return item;
}

function add(item) {
  const follow = atEnd() || item.classList.contains("contact");
  $("intro").hidden = true;
  log.append(item);
  if (follow) toEnd();
}

function show(entry) {
  if (shown.has(entry.id)) return;
  for (const id of entry.removed || []) { shown.get(id)?.remove(); shown.delete(id); }
  if (entry.who === "contact") {
    const known = mine.get(entry.event);
    const text = entry.text || labels.get(entry.button) || "";
    if (known) shown.set(entry.id, known);
    else if (text) { const item = bubble("contact", text); shown.set(entry.id, item); add(item); }
    return;
  }
  answeredBy = entry.who;
  $("typing").hidden = true;
  if (!entry.text && !(entry.buttons || []).length) return;
  for (const old of log.querySelectorAll(".choices")) old.classList.add("past");
  const item = bubble(entry.who, entry.text, entry.locale, entry.rtl);
  item.dataset.entry = entry.id;
  if ((entry.buttons || []).length) {
    const choices = element("div", "choices");
    choices.dir = entry.rtl ? "rtl" : "ltr";
    for (const button of entry.buttons) {
      labels.set(button.payload, button.label);
      const made = element("button", "choice", button.label);
      made.type = "button";
      made.addEventListener("click", () => { made.setAttribute("aria-pressed", "true"); submit({ button: button.payload }, button.label); });
      choices.append(made);
    }
    item.append(choices);
  }
  shown.set(entry.id, item);
  add(item);
  if (entry.locale && entry.locale.replace("_", "-") !== document.documentElement.lang) speak(entry.locale);
}

// The page follows the language of the conversation: the same page in that language lends its words.
async function speak(locale) {
  try {
    const answer = await fetch(`/chat?lang=${encodeURIComponent(locale)}`, { credentials: "same-origin" });
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    $("words").innerHTML = "";
    $("words").content.append(...document.importNode(other.getElementById("words").content, true).children);
    for (const here of document.querySelectorAll("[data-t]")) {
      const there = other.querySelector(`[data-t="${here.dataset.t}"]`);
      here.textContent = there ? there.textContent : word(here.dataset.t);
    }
    for (const [mark, name] of [["data-t-label", "aria-label"], ["data-t-title", "title"], ["data-t-placeholder", "placeholder"]])
      for (const here of document.querySelectorAll(`[${mark}]`)) here.setAttribute(name, word(here.getAttribute(mark)));
    document.documentElement.lang = other.documentElement.lang;
    document.documentElement.dir = other.documentElement.dir;
    notice();
  } catch { /* the words stay as they are */ }
}

function notice() {
  const text = offline ? word("offline") : starting ? word("starting") : "";
  if ($("notice").textContent !== text) $("notice").textContent = text;
  $("notice").hidden = !text;
}

function status(item, state, key, again) {
  item.classList.remove("pending", "failed", "sent");
  if (state) item.classList.add(state);
  const line = item.querySelector(".status");
  line.replaceChildren(spoken("span", "", key));
  if (!again) return;
  const button = spoken("button", "", "again");
  button.type = "button";
  button.addEventListener("click", again);
  line.append(" ", button);
}

function submit(what, label) {
  const item = bubble("contact", label);
  const line = element("span", "status");
  line.setAttribute("aria-live", "off");
  item.append(line);
  if (label) add(item);
  queue.push({ body: JSON.stringify({ id: fresh(), ...what }), item, tries: 0 });
  status(item, "pending", "sending");
  work();
}

async function begin() {
  const answer = await fetch("/chat/session", { method: "POST", credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function deliver(one) {
  const answer = await fetch("/chat/messages", { method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" }, body: one.body });
  if (answer.status === 202) {
    const said = await answer.json();
    mine.set(said.event, one.item);
    status(one.item, said.cut ? "" : "sent", said.cut ? "cut" : "sent");
    return 0;
  }
  if (answer.status === 400 || answer.status === 413) { status(one.item, "failed", "refused"); return 0; }
  if (answer.status === 503 && !one.tries) {
    const { say } = await answer.json(); // the store is away: the numbers come at once, the message is kept
    if (say) add(bubble("bot", say));
  }
  if (answer.status === 401) await begin();
  if (answer.status === 401 && !source) connect();
  return Number(answer.headers.get("retry-after")) * 1000 || (answer.status === 401 ? 10 : 1000);
}

async function work() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const one = queue[0];
    let wait = 0;
    if (!one.tries) waiting();
    try { wait = await deliver(one); } catch { wait = Math.min(15000, 1000 * 2 ** one.tries); }
    if (!wait) { queue.shift(); continue; }
    one.tries += 1;
    $("typing").hidden = true;
    if (wait > 10) status(one.item, "failed", "unsent", () => wake());
    await Promise.race([pause(wait), new Promise((done) => { wake = done; })]);
  }
  sending = false;
  const kept = held;
  held = [];
  kept.forEach(show);
}
let wake = () => {};

// The dots are only shown while it is the bot that answers, and not for ever.
function waiting() {
  if (answeredBy === "caseworker") return;
  $("typing").hidden = false;
  if (atEnd()) toEnd();
  clearTimeout(patience);
  patience = setTimeout(() => { $("typing").hidden = true; }, 8000);
}

function connect() {
  source?.close();
  source = new EventSource(last ? `/chat/events?after=${encodeURIComponent(last)}` : "/chat/events");
  source.addEventListener("open", () => { offline = false; notice(); });
  source.addEventListener("entry", (event) => {
    const entry = JSON.parse(event.data);
    last = entry.id;
    if (entry.who === "contact" && sending) held.push(entry); else show(entry);
  });
  source.addEventListener("state", (event) => { starting = !JSON.parse(event.data).understanding; notice(); });
  source.addEventListener("error", async () => {
    offline = true;
    notice();
    if (source.readyState !== EventSource.CLOSED) return; // the browser connects again, with Last-Event-ID
    await pause(2000);
    try { await begin(); } catch { /* the next error brings us back here */ }
    connect();
  });
}

function leave() {
  document.body.classList.add("leaving");
  document.title = "";
  source?.close();
  try { sessionStorage.clear(); localStorage.clear(); } catch { /* storage may be switched off */ }
  fetch("/chat/leave", { method: "POST", keepalive: true, credentials: "same-origin" }).catch(() => {});
  location.replace(document.body.dataset.exit);
}

function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 3}px`;
}

$("exit").addEventListener("click", leave);
$("start").addEventListener("click", () => { $("intro").hidden = true; box.focus(); submit({ start: "web" }, ""); });
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  grow();
  submit({ text }, text);
});
box.addEventListener("input", grow);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});
let escapes = [];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  escapes = [...escapes.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
  if (escapes.length >= 3) leave();
});
addEventListener("online", () => { wake(); if (source?.readyState === EventSource.CLOSED) connect(); });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

(async () => {
  for (let tries = 0; ; tries += 1) {
    try {
      const known = !(await begin()).new;
      setTimeout(() => { $("intro").hidden = log.children.length > 0; }, known ? 700 : 0);
      break;
    } catch { offline = true; notice(); await pause(Math.min(15000, 1000 * 2 ** tries)); }
  }
  connect();
})();
