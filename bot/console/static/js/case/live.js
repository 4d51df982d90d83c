// Keeps the case true: each change is a hint, upon which the changed parts are fetched again.
import { listen, signIn } from "../live.js";
import { make, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const said = new WeakMap(); // entry → how the server wrote it: what was opened in it since stays open
let host, renewed = () => {}, due = 0, running = false, again = false;

export function soon(wait = 80) {
  clearTimeout(due);
  due = setTimeout(refresh, wait);
}

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const answer = await fetch(host.dataset.parts, { credentials: "same-origin", headers: { "x-part": "1" } });
    if (answer.status === 401 || (answer.redirected && answer.url.includes("/sign-in"))) signIn();
    else if (answer.status === 404) location.assign("/console/queue");
    else if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* the stream says that the connection is gone */ }
  running = false;
  if (again) { again = false; soon(); }
}

const busy = {
  side: (part) => part.contains(document.activeElement) && document.activeElement.matches("input") && document.activeElement.value !== "",
  acts: (part) => part.querySelector(":popover-open") || part.contains(document.activeElement),
};

function renew(other) {
  if (!other.getElementById("top")) return;
  for (const id of ["top", "banners", "side", "acts"]) {
    const here = $(id), there = other.getElementById(id);
    if (!here || !there || here.innerHTML === there.innerHTML || busy[id]?.(here)) continue;
    const typed = [...here.querySelectorAll("textarea[id], input[id]")].filter((box) => box.value !== box.defaultValue);
    const focused = here.contains(document.activeElement) ? path(document.activeElement) : "";
    for (const { name, value } of there.attributes) here.setAttribute(name, value);
    here.replaceChildren(...document.importNode(there, true).childNodes);
    for (const box of typed) if ($(box.id)) $(box.id).value = box.value; // half-written reasons stay
    if (focused) here.querySelector(focused)?.focus();
  }
  const log = $("log"), end = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const more = grow(log, other.getElementById("log"));
  if (end) log.scrollTop = log.scrollHeight;
  else if (more) $("newer")?.removeAttribute("hidden");
  renewed();
}

// The same control in the renewed part: by what it does, not by where it stands.
function path(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const target = element.getAttribute("popovertarget"), form = element.closest("form");
  if (target) return `[popovertarget="${CSS.escape(target)}"]`;
  const named = form && [...form.elements].find((one) => one.type === "hidden" && !["csrf", "done", "on"].includes(one.name));
  if (named) return `form[data-verb="${form.dataset.verb}"]:has([name="${named.name}"][value="${CSS.escape(named.value)}"]) button`;
  return element.dataset.key ? `[data-key="${element.dataset.key}"]` : "";
}

// Entry by entry, so that a screen reader is told what is new and nothing else. What is being sent stays at the end.
function grow(here, there) {
  const before = [...here.children].filter((one) => !one.matches(".pending")), after = [...there.children];
  const pending = here.querySelector(".pending");
  let more = false;
  after.forEach((entry, at) => {
    const html = entry.outerHTML, old = before[at];
    if (old && said.get(old) === html) return;
    const made = document.importNode(entry, true);
    said.set(made, html);
    if (old) old.replaceWith(made);
    else { here.insertBefore(made, pending); more ||= entry.matches(".contact"); }
  });
  before.slice(after.length).forEach((entry) => entry.remove());
  return more;
}

export function follow(element, then) {
  host = element;
  renewed = then;
  const log = $("log");
  for (const entry of log.children) if (!entry.matches(".pending")) said.set(entry, entry.outerHTML);
  log.scrollTop = log.scrollHeight;
  const newer = make("button", { id: "newer", type: "button", class: "newer", hidden: true, on: { click: () => { log.scrollTop = log.scrollHeight; } } }, words.new, " ↓");
  log.after(newer);
  log.addEventListener("scroll", () => {
    if (log.scrollHeight - log.scrollTop - log.clientHeight < 80) newer.hidden = true;
  }, { passive: true });
  new ResizeObserver(() => {
    if (newer.hidden) log.scrollTop = log.scrollHeight;
    document.documentElement.style.setProperty("--log-top", `${Math.round(log.getBoundingClientRect().top)}px`);
  }).observe(log);
  $("acts").addEventListener("toggle", (event) => event.newState === "closed" && soon(), true);
  listen(host.dataset.live, () => soon());
  setInterval(soon, 30000);
}
