// The queue, kept true row by row: only what changed is sent and touched, and nothing moves under pointer or focus.
import { listen, paced, signIn, state } from "./live.js";
import { say, toast } from "./say.js";
import { standing } from "./shell.js";
import { typing } from "./shortcuts.js";
import { serverNow, tick } from "./times.js";

const host = document.getElementById("queue"), rows = document.getElementById("rows"), filters = document.getElementById("filters");
const $ = (id) => document.getElementById(id);
const known = new Map([...rows.querySelectorAll(".row")].map((row) => [row.dataset.id, row]));
const lists = Object.fromEntries([...rows.querySelectorAll(".group")].map((group) => [group.dataset.level, group]));
const STILL = 3000; // ms after which a pointer that rests no longer holds the list
let tag = host.dataset.tag, query = location.search, pointed = 0, pointer = null, above = 0;
serverNow(host.dataset.now);

const put = (element, text) => { if (element.textContent !== String(text)) element.textContent = text; };

// The row that must stay where it is: the focused one, or the one a moving pointer is on.
function anchor() {
  const row = document.activeElement?.closest?.(".row") ?? (performance.now() - pointed < STILL ? pointer?.closest?.(".row") : null);
  return row?.isConnected ? { id: row.dataset.id, top: row.getBoundingClientRect().top } : null;
}

function hold(before) {
  const row = before && known.get(before.id);
  if (!row) return;
  const moved = row.getBoundingClientRect().top - before.top;
  if (Math.abs(moved) < 1) return;
  const room = document.documentElement.scrollHeight - innerHeight - scrollY;
  if (moved > room) host.style.paddingBlockEnd = `${Math.ceil(moved - Math.max(0, room)) + 48}px`; // a short list has to be able to scroll
  scrollBy({ top: moved, behavior: "instant" });
}

function build(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function patch(order, changed) {
  const wanted = new Set(order.map(([id]) => id)), focused = document.activeElement, inRow = focused?.closest?.(".row")?.dataset.id;
  const take = focused?.matches?.(".take"), place = inRow ? [...known.keys()].indexOf(inRow) : -1;
  const before = anchor();
  let fresh = 0;
  for (const [id, row] of known) if (!wanted.has(id)) { row.remove(); known.delete(id); }
  const next = Object.fromEntries(Object.entries(lists).map(([level, group]) => [level, group.querySelector("ol").firstElementChild]));
  for (const [id, level] of order) {
    let row = known.get(id);
    if (changed[id]) {
      const made = build(changed[id]);
      if (row) {
        if (next[level] === row) next[level] = made;
        if (!row.classList.contains("again") && made.classList.contains("again")) made.classList.add("fresh");
        row.replaceWith(made);
      } else { made.classList.add("fresh"); fresh += 1; }
      row = made;
      known.set(id, row);
    }
    if (!row) continue;
    if (next[level] === row) next[level] = row.nextElementSibling;
    else lists[level].querySelector("ol").insertBefore(row, next[level]);
  }
  const sorted = order.map(([id]) => [id, known.get(id)]).filter(([, row]) => row);
  known.clear();
  for (const [id, row] of sorted) known.set(id, row);
  tick(rows);
  if (inRow && !focused.isConnected) {
    const row = known.get(inRow) ?? [...known.values()][Math.min(place, known.size - 1)];
    (take && row?.querySelector(".take") || row?.querySelector(".row-link"))?.focus({ preventScroll: true });
  }
  return () => { hold(before); if (fresh) lookUp(); };
}

function lookUp() { // what came in out of sight is said
  above = [...rows.querySelectorAll(".row.fresh")].filter((row) => row.getBoundingClientRect().bottom < 60).length;
  $("above").hidden = !above;
  if (above) put($("above"), ` ${$("above").dataset.words}${above}`);
}

function numbers(said) {
  for (const [level, group] of Object.entries(lists)) {
    const number = said.levels[level] ?? 0;
    group.hidden = !number;
    put(group.querySelector(".count"), number);
  }
  const total = said.order.length, line = $("count");
  const late = said.late ? `<span class="late"></span>` : "";
  const key = `${said.waiting}/${said.late}`;
  if (line.dataset.key !== key) {
    line.dataset.key = key;
    line.innerHTML = late ? `<span></span> · ${late}` : "<span></span>";
    line.firstElementChild.textContent = `${line.dataset.words}${said.waiting}`;
    if (late) line.lastElementChild.textContent = `${line.dataset.late}${said.late}`;
  }
  $("empty").hidden = total > 0;
  for (const part of $("empty").querySelectorAll("[data-none]")) put(part, said.total ? part.dataset.filtered : part.dataset.none);
  const out = $("left-out"), words = out.querySelector("[data-words]");
  out.hidden = !said.left_out;
  put(words, `${words.dataset.words}${said.left_out}`);
  for (const tab of document.querySelectorAll(".tabs a")) {
    const share = said.shares[tab.dataset.field]?.[tab.dataset.value] ?? 0;
    put(tab.querySelector(".count"), share);
  }
  for (const select of filters.querySelectorAll("select")) {
    if (document.activeElement === select) continue;
    const options = said.options[select.name] ?? [], has = [...select.options].slice(1).map((one) => `${one.value} ${one.textContent}`).join();
    if (has === options.map(([value, word, number]) => `${value} ${word} (${number})`).join()) continue;
    const chosen = select.value;
    select.replaceChildren(new Option(select.dataset.any, ""), ...options.map(([value, word, number]) => new Option(`${word} (${number})`, value)));
    select.value = chosen;
  }
  const names = $("duty-names");
  if (names && names.dataset.key !== said.duty.join()) {
    names.dataset.key = said.duty.join();
    names.replaceChildren(...said.duty.map((name) => Object.assign(document.createElement("span"), { className: "tag", textContent: name })));
  }
}

const refresh = paced(async () => {
  const asked = query;
  try {
    const part = new URLSearchParams(asked);
    part.set("part", "1");
    const answer = await fetch(`/console/queue?${part}`, { credentials: "same-origin", headers: { accept: "application/json", "x-part": "1", "if-none-match": tag } });
    if (answer.status === 401 || answer.redirected) { signIn(); return; }
    if (answer.status === 304) { state("live"); return; }
    if (!answer.ok) { if (answer.status === 503) state("again"); return; }
    const said = await answer.json();
    if (asked !== query) { refresh(); return; }
    tag = (answer.headers.get("etag") ?? "").replaceAll('"', "");
    serverNow(said.now);
    const settle = patch(said.order, said.rows);
    numbers(said);
    settle();
    standing(said.standing);
    host.removeAttribute("aria-busy");
    state("live");
  } catch { state("again"); }
});

// Filters: the address holds them, so that a view can be kept, shared and gone back to.
function show(fields) {
  const params = new URLSearchParams([...fields].filter(([, value]) => value));
  query = `?${params.size ? params : "all=1"}`;
  history.replaceState(null, "", `/console/queue${query}`);
  document.cookie = `ucare_queue=${params}; path=/console/queue; max-age=${params.size ? 2592000 : 0}; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
  host.setAttribute("aria-busy", "true");
  const has = Object.fromEntries(params);
  for (const tab of document.querySelectorAll(".tabs a")) {
    const { field, value } = tab.dataset, on = (has[field] ?? "") === value;
    if (on) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
    const address = new URLSearchParams(has);
    if (!value || (on && field === "level")) address.delete(field);
    else address.set(field, value);
    tab.href = `?${address.size ? address : "all=1"}`;
  }
  filters.elements.level.value = has.level ?? "";
  for (const select of filters.querySelectorAll("select")) {
    const value = has[select.name] ?? "";
    if (value && ![...select.options].some((one) => one.value === value)) select.append(new Option(value, value));
    select.value = value;
    select.parentElement.classList.toggle("on", Boolean(value));
  }
  $("clear").hidden = !params.size;
  refresh();
}

function chosen() {
  const fields = new Map(new URLSearchParams(query));
  fields.delete("all");
  return fields;
}

filters.addEventListener("change", (event) => {
  if (event.target.matches("select")) show(chosen().set(event.target.name, event.target.value));
});
filters.addEventListener("submit", (event) => { event.preventDefault(); show(new FormData(filters)); });
document.querySelector(".sieve").addEventListener("click", (event) => {
  const tab = event.target.closest(".tabs a");
  if (!tab || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { field, value } = tab.dataset, off = tab.hasAttribute("aria-current") && field === "level";
  show(chosen().set(field, off ? "" : value));
});
for (const clear of document.querySelectorAll("#clear, [data-clear]"))
  clear.addEventListener("click", (event) => { event.preventDefault(); show(new Map()); });

// Taking a case leads into it: who takes it answers now.
$("take").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter, row = button.closest(".row"), address = button.formAction;
  if (row.dataset.busy) return;
  row.dataset.busy = "1";
  button.setAttribute("aria-busy", "true");
  put(button, host.dataset.taking);
  const undo = () => { delete row.dataset.busy; button.removeAttribute("aria-busy"); refresh(); };
  try {
    const answer = await fetch(address, { method: "POST", credentials: "same-origin", redirect: "manual", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData($("take"))) });
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 401) signIn();
    else if (answer.ok) location.assign(row.querySelector(".row-link").href);
    else { known.delete(row.dataset.id); row.remove(); tag = ""; toast(said.error ?? host.dataset.failed); undo(); }
  } catch { toast(host.dataset.failed); tag = ""; known.delete(row.dataset.id); row.remove(); undo(); }
});

// Keys: the focus is the choice.
const links = () => [...rows.querySelectorAll(".row-link")];
function move(step) {
  const all = links(), here = document.activeElement?.closest?.(".row")?.querySelector(".row-link"), at = all.indexOf(here);
  const to = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))];
  to?.focus({ preventScroll: true });
  to?.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  const row = document.activeElement?.closest?.(".row");
  const free = row || document.activeElement === document.body || document.activeElement?.matches?.("main");
  const does = {
    j: () => move(1),
    k: () => move(-1),
    o: () => row?.querySelector(".row-link").click(),
    c: () => (row ? row.querySelector(".take") : rows.querySelector(".take"))?.click(),
    1: () => document.querySelector('.tabs [data-field="owner"][data-value=""]').click(),
    2: () => document.querySelector('.tabs [data-value="me"]').click(),
    3: () => document.querySelector('.tabs [data-value="nobody"]').click(),
    ...(free && { ArrowDown: () => move(1), ArrowUp: () => move(-1) }),
  }[event.key];
  if (does) { event.preventDefault(); does(); }
});

rows.addEventListener("pointermove", (event) => { pointed = performance.now(); pointer = event.target; }, { passive: true });
rows.addEventListener("pointerleave", () => { pointer = null; }, { passive: true });
rows.addEventListener("animationend", (event) => event.animationName.startsWith("glow") && event.target.classList.remove("fresh"));
$("above").addEventListener("click", () => { scrollTo({ top: 0, behavior: "smooth" }); $("above").hidden = true; });
addEventListener("scroll", () => { if (scrollY < 40) { $("above").hidden = true; host.style.paddingBlockEnd = ""; } }, { passive: true });
addEventListener("popstate", () => location.reload());

tick(rows);
standing(JSON.parse(host.dataset.standing));
listen("/console/events", refresh);
setInterval(refresh, 30000);
