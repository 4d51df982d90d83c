// Keeps the page that is looked at true: each change is a hint, upon which the changed parts are fetched again.
"use strict";
const body = document.body.dataset;
const $ = (id) => document.getElementById(id);
let due = 0, running = false, again = false;

function localTimes(within) {
  for (const time of within.querySelectorAll("time"))
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

// A part that somebody is typing in or has opened stays; it is renewed with the next change.
function busy(part) {
  return part.id === "side" && (part.contains(document.activeElement) || part.querySelector("details[open]"));
}

function renew(other) {
  for (const id of ["rows", "top", "log", "side"]) {
    const here = $(id), there = other.getElementById(id);
    if (!here || !there) continue;
    localTimes(there);
    if (here.outerHTML === there.outerHTML || busy(here)) continue;
    const end = here.scrollHeight - here.scrollTop - here.clientHeight < 80;
    if (id === "rows") {
      const known = new Map([...here.querySelectorAll("[data-id]")].map((row) => [row.dataset.id, row.dataset.announced]));
      for (const row of there.querySelectorAll("[data-id]")) // what is new, or announced again since
        if (!known.has(row.dataset.id) || Number(row.dataset.announced) > Number(known.get(row.dataset.id))) row.classList.add("new");
      const focused = document.activeElement?.getAttribute("href");
      here.dataset.waiting = there.dataset.waiting;
      here.dataset.announced = there.dataset.announced;
      here.replaceChildren(...document.importNode(there, true).children);
      if (focused) here.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    } else if (id === "log") grow(here, there);
    else here.replaceWith(document.importNode(there, true));
    if (id === "log" && end) here.scrollTop = here.scrollHeight;
  }
  if ($("reply")) $("reply").hidden = $("top").dataset.canReply !== "yes";
  count();
}

// Entry by entry, so that a screen reader is told what is new and nothing else.
function grow(here, there) {
  const before = [...here.children], after = [...there.children];
  after.forEach((entry, at) => {
    const made = document.importNode(entry, true);
    if (!before[at]) here.append(made);
    else if (before[at].outerHTML !== entry.outerHTML) before[at].replaceWith(made);
  });
  before.slice(after.length).forEach((entry) => entry.remove());
}

function count() {
  if (!$("rows") || !$("count")) return;
  const waiting = $("rows").dataset.waiting;
  const text = `${$("count").dataset.one}${waiting}`;
  if ($("count").textContent !== text) $("count").textContent = text;
  const told = $("rows").dataset.announced === "0" ? "" : "!";
  document.title = (waiting === "0" ? "" : `(${waiting}${told}) `) + body.title;
}

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const answer = await fetch(body.parts, { credentials: "same-origin" });
    if (answer.status === 401) location.assign("/console/sign-in");
    else if (answer.status === 404) location.assign("/console/queue");
    else if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* the stream says that the connection is gone */ }
  running = false;
  if (again) { again = false; soon(); }
}

function soon() {
  clearTimeout(due);
  due = setTimeout(refresh, 100);
}

function connect() {
  const source = new EventSource(body.live);
  source.addEventListener("ready", () => { $("live").textContent = ""; soon(); });
  source.addEventListener("change", soon);
  source.addEventListener("error", () => {
    $("live").textContent = $("live").dataset.off;
    if (source.readyState === EventSource.CLOSED) { soon(); setTimeout(connect, 3000); }
  });
}

async function send(event) {
  event.preventDefault();
  const form = event.target, button = form.querySelector("button.main"), error = $("reply-error");
  if (button.disabled) return;
  button.disabled = true;
  error.hidden = true;
  const box = form.elements.text, sent = box.value;
  try {
    const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
    const said = await answer.json().catch(() => ({ error: error.dataset.failed }));
    if (said.error) { error.textContent = said.error; error.hidden = false; }
    else { // what was written meanwhile stays
      box.value = box.value === sent ? "" : box.value.startsWith(sent) ? box.value.slice(sent.length).trimStart() : box.value;
      form.elements.key.value = said.key;
      box.focus();
    }
    soon();
  } catch {
    error.textContent = error.dataset.failed;
    error.hidden = false;
  }
  button.disabled = false;
}

localTimes(document);
if ($("log")) $("log").scrollTop = $("log").scrollHeight;
if ($("reply")) {
  $("reply").addEventListener("submit", send);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("reply").requestSubmit();
  });
  for (const phrase of document.querySelectorAll(".phrase"))
    phrase.addEventListener("click", () => {
      const box = $("text");
      box.setRangeText(phrase.dataset.sent, box.selectionStart, box.selectionEnd, "end");
      phrase.closest("details").open = false;
      box.focus();
    });
}
if (body.live) { count(); connect(); setInterval(soon, 30000); }
