// What was sent and is not yet in the log. It stands there at once, says truthfully how far it is, and survives a lost
// connection, a reload and a sign-in in this tab. Each has a key: sent twice, it arrives once.
import { make, words } from "./words.js";

export function outbox(host, { deliver, refused, back }) {
  const place = `unsent:${host.dataset.name}:${host.dataset.id}`, log = document.getElementById("log");
  const shown = new Map(); // key → bubble
  const sentLast = []; // the server has them; their bubbles stand until the log does
  let records = read();

  function read() {
    try { return (JSON.parse(sessionStorage.getItem(place)) ?? []).map((one) => ({ ...one, going: false })); } catch { return []; }
  }
  function keep() {
    try {
      if (records.length) sessionStorage.setItem(place, JSON.stringify(records));
      else sessionStorage.removeItem(place);
    } catch { /* full or forbidden: it lives as long as the page */ }
  }

  function bubble(record) {
    const note = record.verb === "note";
    const meta = make("p", { class: "meta" }, make("b", {}, note ? words.note : words.you), note ? make("span", { class: "only" }, words.only) : "");
    const said = make("p", { class: "said", dir: "auto" }, record.text);
    const body = make("div", { class: "bubble", dir: "auto" }, said);
    if (record.shown) body.append(make("p", { class: "same", dir: "auto" }, record.shown));
    const entry = make("div", { class: `entry ${note ? "note" : "caseworker"} first pending` }, meta, body, make("p", { class: "delivery" }), make("div", { class: "pending-do" }));
    shown.set(record.key, entry);
    log.append(entry);
    log.scrollTop = log.scrollHeight;
    return entry;
  }

  function state(record, failed, why = "") {
    const entry = shown.get(record.key) ?? bubble(record), note = record.verb === "note";
    entry.classList.toggle("failed", failed);
    const line = entry.querySelector(".delivery");
    line.setAttribute("role", failed ? "alert" : "status");
    line.textContent = failed ? why || (note ? words.unkept : words.unsent) : note ? words.keeping : words.sending;
    const does = entry.querySelector(".pending-do");
    does.replaceChildren();
    if (!failed) return;
    does.append(make("button", { type: "button", class: "quiet small", on: { click: () => go(record) } }, words.again));
    if (record.verb !== "send_flow") does.append(make("button", { type: "button", class: "quiet small", on: { click: () => { drop(record); back(record); } } }, words.back));
  }

  function drop(record) {
    records = records.filter((one) => one.key !== record.key);
    keep();
    shown.get(record.key)?.remove();
    shown.delete(record.key);
  }

  async function go(record) {
    if (record.going) return;
    record.going = true;
    state(record, false);
    const { status, body } = await deliver(record);
    record.going = false;
    if (status === 200) {
      record.once = body.once || "-";
      sentLast.push(record);
      records = records.filter((one) => one.key !== record.key);
      keep();
      setTimeout(() => { shown.get(record.key)?.remove(); shown.delete(record.key); }, 10000); // the log has it by then
    } else if (status === 409 || status === 403) {
      drop(record);
      refused(record, body);
    } else state(record, true, body.error ? `${body.error} ${words.unsent}` : "");
  }

  function add(given) {
    const record = { ...given, key: crypto.randomUUID().replaceAll("-", ""), at: Date.now() };
    records.push(record);
    keep();
    bubble(record);
    waiting.push(record);
    return next();
  }

  // One after the other, so that what a child reads has the order in which it was written.
  const waiting = [];
  let busy = false;
  async function next() {
    if (busy) return;
    busy = true;
    while (waiting.length) { await go(waiting.shift()); settle(); }
    busy = false;
  }

  function settle() { // what the log has by now needs no bubble of ours
    for (const record of sentLast.filter((one) => one.once)) {
      const there = record.verb === "note" ? record.seen : log.querySelector(`[data-reply="${CSS.escape(record.once)}"]`);
      record.seen = true; // a note has no id in the page: the renewal after the next one has it
      if (!there) continue;
      shown.get(record.key)?.remove();
      shown.delete(record.key);
      sentLast.splice(sentLast.indexOf(record), 1);
    }
  }

  for (const record of records) state(record, true); // from before a reload: a person decides
  return { add, settle };
}
