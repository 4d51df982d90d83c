// The page around the chat: shows what the server tells, and posts what the author wants.
"use strict";
const $ = (id) => document.getElementById(id);
const frame = $("chat"), setting = $("setting");
const DAY = "2026-01-06T14:30";
let shown = null;

function element(tag, className, text, home = document) {
  const made = home.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawn(flow, step, text, home = document) {
  const link = element("a", "draw", text, home);
  link.href = `/preview/draw?flow=${encodeURIComponent(flow)}&step=${encodeURIComponent(step)}`;
  link.target = "ucare-drawing";
  return link;
}

async function post(where, what = {}) {
  const answer = await fetch(`/preview/${where}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what) });
  $("state").textContent = answer.ok ? "" : (await answer.json()).error;
  return answer.ok;
}

// Who the contact is

function wanted(at) {
  const form = new FormData(setting);
  return { locale: form.get("locale"), country: form.get("country"), audience: form.get("audience"), at: at === undefined ? form.get("at") : at };
}

async function change(at) {
  const before = shown?.setting.locale, what = wanted(at);
  const silent = !frame.contentDocument.querySelector(".entry");
  if (await post("setting", what) && silent && what.locale && what.locale !== before)
    frame.contentWindow.location.replace(`/chat?lang=${what.locale.replace("_", "-")}`);
}

setting.addEventListener("change", () => change());
setting.addEventListener("submit", (event) => event.preventDefault());
for (const button of setting.querySelectorAll("[data-at]"))
  button.addEventListener("click", () => {
    const now = new Date();
    change(button.dataset.at === "now" ? new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16) : button.dataset.at);
  });

function fillSetting() {
  for (const name of ["locale", "country", "audience"]) setting.elements[name].value = shown.setting[name];
  const at = shown.setting.at || DAY;
  if (document.activeElement !== setting.elements.at) setting.elements.at.value = at.slice(0, 16);
  $("weekday").textContent = new Date(at).toLocaleDateString("en-GB", { weekday: "long" });
}

// Where the conversation is

function fillWhere() {
  const where = $("where");
  where.replaceChildren();
  if (!shown.flow) { where.append("Nothing has been said yet. Press Start, write something, or go to a flow."); return; }
  where.append(element("code", "", `${shown.flow} / ${shown.step}`), " ");
  if (shown.place[0]) where.append(element("span", "file", `${shown.place[0]}:${shown.place[1]}`), " ");
  where.append(drawn(shown.flow, shown.step, "draw"));
}

$("go").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.flow;
  if (await post("go", { flow: field.value.trim() })) { field.value = ""; tab("chat"); }
});
$("back").addEventListener("click", () => post("back"));
$("restart").addEventListener("click", () => post("restart"));
$("origins").addEventListener("change", decorate);

// Notes below the messages, in the chat's own page

function origin(note, home) {
  const box = element("div", "origin", undefined, home);
  box.dir = "ltr";
  box.lang = "en";
  const head = element("p", "", undefined, home);
  head.append(element("code", "", `${note.flow} / ${note.step}`, home), " ");
  if (note.file) head.append(element("span", "file", `${note.file}:${note.line}`, home), " ");
  head.append(drawn(note.flow, note.step, "draw", home));
  box.append(head);
  for (const one of note.sentences) {
    const line = element("p", "sentence", undefined, home);
    if (one.part) line.append(element("b", "part", one.part, home), " ");
    line.append(one.english, " ");
    for (const fact of one.facts) {
      const mark = element(fact.url ? "a" : "span", `fact ${fact.status}`, fact.id, home);
      if (fact.url) { mark.href = fact.url; mark.target = "_blank"; mark.rel = "noopener noreferrer"; }
      mark.title = [fact.title, fact.status, fact.checked && `checked ${fact.checked}`].filter(Boolean).join(" · ");
      line.append(mark, " ");
    }
    box.append(line);
  }
  return box;
}

function decorate() {
  const home = frame.contentDocument;
  if (!shown || !home?.getElementById("log")) return;
  const wide = $("origins").checked, scroller = home.getElementById("scroll");
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
  for (const item of home.querySelectorAll("[data-entry]")) {
    const note = shown.notes[item.dataset.entry];
    if (!note) continue;
    item.classList.toggle("changed", note.changed);
    const key = `${shown.revision} ${wide}`;
    if (item.dataset.noted === key) continue;
    item.dataset.noted = key;
    for (const old of item.querySelectorAll(".origin, .case")) old.remove();
    for (const text of note.cases) item.prepend(element("p", "case", text, home));
    if (wide && note.flow) item.querySelector(".bubble").after(origin(note, home));
  }
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

frame.addEventListener("load", () => {
  const home = frame.contentDocument, log = home?.getElementById("log");
  if (!log) return;
  const sheet = home.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/preview/static/notes.css";
  home.head.append(sheet);
  new MutationObserver(decorate).observe(log, { childList: true });
  decorate();
});

// Faults

function fault(one) {
  const item = element("li", one.severity);
  item.append(element("code", "file", `${one.file}:${one.line}`), " ", element("b", "", one.severity), " ", one.message, " ");
  item.append(element("small", "", one.code), element("p", "mend", one.mend));
  return item;
}

const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

function group(title, faults, open) {
  const box = element("details");
  box.open = open;
  box.dataset.group = title;
  const errors = faults.filter((one) => one.severity === "error").length;
  box.append(element("summary", "", `${title} (${counted(errors, "error")}, ${counted(faults.length - errors, "warning")})`));
  const list = element("ul");
  list.append(...faults.slice(0, 200).map(fault));
  if (faults.length > 200) list.append(element("li", "", `… and ${faults.length - 200} more: ucare flows check`));
  box.append(list);
  return box;
}

function fillFaults() {
  const all = shown.faults || [], saved = new Set(shown.saved);
  const ours = all.filter((one) => saved.has(one.file));
  const here = all.filter((one) => !saved.has(one.file) && one.file === shown.place[0]);
  const rest = all.filter((one) => !saved.has(one.file) && one.file !== shown.place[0]);
  const was = new Map([...$("faults").children].map((box) => [box.dataset.group, box.open]));
  $("faults").replaceChildren();
  for (const [title, faults, open] of [["In what you saved", ours, true], ["In this flow's file", here, true], ["Elsewhere", rest, rest.some((one) => one.severity === "error")]])
    if (faults.length) $("faults").append(group(title, faults, open || was.get(title) === true));
  const errors = all.filter((one) => one.severity === "error").length || shown.problems.length;
  for (const badge of document.querySelectorAll(".count")) { badge.hidden = !errors; badge.textContent = errors; }
  $("checked").textContent = shown.checking ? "Checking …" : shown.faults === null ? "The check itself failed: ucare flows check says more."
    : all.length ? "" : "No faults.";
  document.body.classList.toggle("checking", shown.checking);
}

function fillProblems() {
  const texts = shown.problems;
  if ($("problems").dataset.texts === texts.join("\n")) return;
  $("problems").dataset.texts = texts.join("\n");
  $("problems").replaceChildren(...texts.map((text) => element("p", "problem", text)));
}

function fillFlows() {
  const key = shown.flows.map(([id]) => id).join();
  if ($("flows").dataset.key === key) return;
  $("flows").dataset.key = key;
  $("flows").replaceChildren(...shown.flows.map(([id, title]) => {
    const option = element("option", "", title);
    option.value = id;
    return option;
  }));
}

function tab(name) {
  document.body.dataset.tab = name;
  for (const button of document.querySelectorAll(".tabs button")) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
}
for (const button of document.querySelectorAll(".tabs button")) button.addEventListener("click", () => tab(button.dataset.tab));

const source = new EventSource("/preview/events");
source.addEventListener("shown", (event) => {
  shown = JSON.parse(event.data);
  document.body.dataset.revision = shown.revision;
  fillSetting();
  fillWhere();
  fillFlows();
  fillProblems();
  fillFaults();
  decorate();
  $("state").textContent = shown.saved.length ? `Saved: ${shown.saved.slice(0, 3).join(", ")}${shown.saved.length > 3 ? " …" : ""}` : "";
});
source.addEventListener("error", () => { $("state").textContent = "The preview does not answer. Is it still running?"; });
