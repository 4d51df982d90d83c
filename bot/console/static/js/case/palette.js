// Phrases and flows by keyboard: a search, a list, and what is chosen shown in both languages before it is sent.
// A combobox with a listbox (WAI-ARIA): the search keeps the focus, the arrows move the choice.
import { signIn } from "../live.js";
import { make, post } from "./words.js";

export function palettes(host, composer) {
  const made = Object.fromEntries([...host.querySelectorAll("dialog.palette")].map((dialog) => [dialog.id, palette(dialog, host, composer)]));
  if (composer.mayReply() || host.querySelector("[data-key=c]")) made.phrases?.warm();
  return (kind, chosen = "") => made[kind]?.open(chosen);
}

function palette(dialog, host, composer) {
  const search = dialog.querySelector(".palette-search"), list = dialog.querySelector(".palette-list");
  const form = dialog.querySelector(".palette-chosen"), fields = dialog.querySelector(".palette-fields");
  const shown = dialog.querySelector(".palette-shown"), sent = dialog.querySelector(".palette-sent");
  const status = dialog.querySelector(".palette-status"), button = dialog.querySelector(".palette-send");
  const error = make("p", { class: "error", role: "alert", hidden: true });
  fields.after(error);
  const kind = dialog.id, cache = new Map();
  let found = [], active = -1, chosen = null, asked = 0, due = 0, wanted = null, loading = false, whole = true, filling = 0, fillings = 0;

  async function load(query) {
    if (cache.has(query)) return cache.get(query);
    const answer = await fetch(`${dialog.dataset.src}?q=${encodeURIComponent(query)}`, { credentials: "same-origin", headers: { accept: "application/json" } });
    if (answer.status === 401) { signIn(); return []; }
    if (!answer.ok) throw new Error("away");
    const { found: rows } = await answer.json();
    cache.set(query, rows);
    return rows;
  }

  async function look() {
    const query = search.value.trim(), turn = ++asked;
    loading = !cache.has(query);
    if (loading) status.textContent = status.dataset.loading;
    try {
      const rows = await load(query);
      if (turn !== asked) return;
      loading = false;
      list_(query ? rows : sorted(rows));
      status.textContent = rows.length ? `${status.dataset.found}${rows.length}` : status.dataset.none;
      if (wanted === "first") { wanted = null; choose(active); }
      else if (wanted) { const at = found.findIndex((one) => one.id === wanted); wanted = null; if (at >= 0) choose(at); }
    } catch {
      if (turn !== asked) return;
      loading = false;
      wanted = null;
      list_([]);
      status.textContent = status.dataset.away;
    }
  }

  // What should be asked first stands first.
  function sorted(rows) {
    const first = kind === "phrases" ? rows.find((row) => row.id === composer.first()) : null;
    return first ? [{ ...first, group: "", group_title: "" }, ...rows.filter((row) => row !== first)] : rows;
  }

  function list_(rows) {
    found = rows;
    const groups = new Map();
    rows.forEach((row, at) => {
      const option = make("div", { role: "option", id: `${kind}-${at}`, class: "option", "aria-selected": "false", "data-at": at },
        make("span", { class: "option-shown", dir: "auto" }, row.shown),
        row.sent && row.sent !== row.shown ? make("span", { class: "option-sent", dir: "auto", "aria-hidden": "true" }, row.sent) : "");
      if (!groups.has(row.group)) groups.set(row.group, make("div", { role: "group", "aria-label": row.group_title || row.group || null, class: "option-group" }, row.group_title ? make("p", { class: "group-name", "aria-hidden": "true" }, row.group_title) : ""));
      groups.get(row.group).append(option);
    });
    list.replaceChildren(...groups.values());
    move(rows.length ? 0 : -1);
  }

  function move(at) {
    active = at;
    chosen = null;
    dialog.classList.remove("is-chosen");
    for (const option of list.querySelectorAll(".option")) option.setAttribute("aria-selected", String(Number(option.dataset.at) === at));
    if (at < 0) search.removeAttribute("aria-activedescendant");
    else {
      search.setAttribute("aria-activedescendant", `${kind}-${at}`);
      document.getElementById(`${kind}-${at}`).scrollIntoView({ block: "nearest" });
    }
    preview(found[at]);
  }

  const values = () => Object.fromEntries([...fields.querySelectorAll("input")].map((input) => [input.name, input.value.trim()]));
  const gaps = (text) => text.replace(/\{\w+\}/g, "…");

  function preview(row) {
    form.classList.toggle("is-empty", !row);
    whole = !row?.fields?.length;
    if (!row) { fields.replaceChildren(); shown.textContent = sent.textContent = ""; return; }
    fields.replaceChildren(...(row.fields ?? []).map((field) => make("label", {}, field.label,
      make("input", { name: `value.${field.name}`, type: field.kind, required: true, maxlength: 80, autocomplete: "off", dir: "auto" }))));
    shown.textContent = gaps(row.shown);
    sent.textContent = gaps(row.sent || row.shown);
    sent.closest("section").hidden = kind === "flows" && !row.sent;
    dialog.querySelector(".palette-review")?.toggleAttribute("hidden", !["draft", "back-checked"].includes(row.review));
    tell("");
  }

  function tell(text) { error.textContent = text; error.hidden = !text; }

  // Gaps are filled by the server, which writes days and numbers as each language does; what is shown is what is sent.
  async function fill() {
    const row = found[active], turn = ++fillings;
    whole = false;
    if (!row || ![...fields.querySelectorAll("input")].every((input) => input.value.trim())) {
      shown.textContent = gaps(row?.shown ?? "");
      sent.textContent = gaps(row?.sent ?? "");
      return false;
    }
    const { status: code, body } = await post(dialog.dataset.src, { ...values(), phrase: row.id, csrf: form.elements.csrf.value });
    if (turn !== fillings) return false;
    if (code === 401) { signIn(); return false; }
    if (code !== 200) { tell(body.error ?? status.dataset.away); return false; }
    tell("");
    shown.textContent = body.shown;
    sent.textContent = body.sent;
    whole = true;
    return true;
  }

  function choose(at) {
    if (at < 0 || !found[at]) return;
    if (at !== active) move(at);
    chosen = found[at];
    dialog.classList.add("is-chosen");
    (fields.querySelector("input") ?? button).focus();
  }

  function go() {
    const row = chosen ?? found[active];
    if (!row || !form.reportValidity()) return;
    if (!whole) { fill().then((done) => done && button.focus()); return; } // seen first, then sent
    const flow = kind === "flows";
    composer.send({
      verb: flow ? "send_flow" : "reply", to: form.action,
      fields: flow ? { flow: row.id } : { ...values(), phrase: row.id, text: sent.textContent },
      text: flow ? row.shown : sent.textContent, shown: !flow && shown.textContent !== sent.textContent ? shown.textContent : "",
    });
    dialog.close();
    composer.mode("reply", true);
  }

  search.addEventListener("input", () => { clearTimeout(due); loading = true; due = setTimeout(look, 70); });
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step && found.length) { event.preventDefault(); move(Math.min(found.length - 1, Math.max(0, active + step))); }
    else if (event.key === "Enter") {
      event.preventDefault();
      if (event.repeat || event.isComposing) return;
      if (loading) wanted = "first"; // chosen as soon as it is there; never sent unseen
      else choose(active);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest(".option");
    if (option) choose(Number(option.dataset.at));
  });
  fields.addEventListener("input", () => { whole = false; clearTimeout(filling); filling = setTimeout(fill, 150); });
  fields.addEventListener("keydown", (event) => { // Enter goes on: to the next field, then to the button
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const inputs = [...fields.querySelectorAll("input")], next = inputs[inputs.indexOf(event.target) + 1];
    if (event.repeat || !event.target.reportValidity()) return;
    if (next) next.focus();
    else { clearTimeout(filling); fill().then((done) => done && button.focus()); }
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.repeat) event.preventDefault(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  dialog.querySelector(".palette-edit")?.addEventListener("click", () => {
    dialog.close();
    composer.write(sent.textContent);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => { // back to the search, as one would expect of typing on
    if (event.key === "ArrowUp" && event.target === button) { event.preventDefault(); search.focus(); }
  });

  return {
    warm: () => load("").catch(() => {}),
    open: (id) => {
      wanted = id || null;
      search.value = "";
      if (!dialog.open) dialog.showModal();
      search.focus();
      look();
    },
  };
}
