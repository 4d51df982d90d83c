// Two boxes that never mix: a reply goes to the contact, a note stays with colleagues. Each has its own form, its own
// draft and its own address; nothing ever moves a text from one to the other.
import { soon } from "./live.js";
import { outbox } from "./outbox.js";
import { signIn } from "../live.js";
import { translation } from "./translate.js";
import { post, words } from "./words.js";

const $ = (id) => document.getElementById(id);

export function compose(host) {
  const forms = { reply: $("reply"), note: $("note") }, modes = [...host.querySelectorAll(".mode")];
  const box = (name) => forms[name].elements.text;
  const translators = forms.reply.querySelectorAll("[data-way=translate]");
  const status = $("sent-status"), warning = $("warning"), translated = $("translated");
  const composer = { onPhrase: () => {} };
  let mode = "", claiming = false, sure = false, machine = "", asking = false;

  const mayReply = () => $("top").dataset.canReply === "yes" || claiming;
  const say = (text) => { status.textContent = ""; status.textContent = text; };
  const remember = (name) => box(name).dispatchEvent(new Event("input", { bubbles: true }));
  const empty = (name) => { box(name).value = ""; remember(name); };

  function error(name, text) {
    const line = forms[name].querySelector(".error");
    line.textContent = text;
    line.hidden = !text;
  }

  function choose(wanted, focus = false) {
    const name = wanted === "reply" && !mayReply() ? "note" : wanted;
    mode = name;
    for (const one of ["reply", "note"]) forms[one].hidden = one !== name;
    for (const button of modes) button.setAttribute("aria-pressed", String(button.dataset.mode === name));
    $("composer").dataset.mode = name;
    if (focus) box(name).focus();
  }

  function marks() { // a half-written text in the box that is not seen is said on its button
    for (const button of modes) {
      const name = button.dataset.mode;
      if (box(name).value.trim() && name !== mode) button.dataset.draft = words.draft;
      else delete button.dataset.draft;
    }
  }

  function returned(name, record) { // of a machine's translation what was written, or it would go out unmarked the next time
    const text = record.fields.phrase ? record.text : record.fields.original || record.text;
    box(name).value = box(name).value ? `${text}\n${box(name).value}` : text;
    remember(name);
    choose(name, true);
  }

  const sent = outbox(host, {
    deliver: async (record) => {
      const form = forms[record.verb] ?? forms.reply;
      const answer = await post(record.to, { ...record.fields, key: record.key, csrf: form.elements.csrf.value });
      if (answer.status === 401) signIn();
      if (answer.status === 200) { say(record.verb === "note" ? words.kept : words.sent); soon(0); }
      return answer;
    },
    refused: (record, body) => { // a rule says no: the words go back to where they were written
      if (record.verb === "send_flow" || record.fields.phrase) { error("reply", body.error); choose("reply"); return; }
      const name = record.verb;
      returned(name, record);
      if (body.warn === "language") warn(body.error);
      else error(name, body.error);
    },
    back: (record) => {
      returned(record.verb === "note" ? "note" : "reply", record);
    },
  });

  function warn(text) {
    warning.querySelector(".warning-text").textContent = text;
    warning.hidden = false;
    (warning.querySelector("[data-way=phrase]:not([hidden])") ?? warning.querySelector("[data-way=sure]")).focus();
  }

  function submit(name) {
    const text = box(name).value.trim();
    if (!text) { box(name).focus(); return; }
    error(name, "");
    const fields = { text };
    if (name === "reply" && sure) fields.sure = "1";
    sent.add({ verb: name, to: forms[name].action, fields, text });
    empty(name);
    if (name === "reply") { warning.hidden = translated.hidden = true; sure = false; }
    box(name).focus();
    marks();
  }

  async function translate() {
    const written = box("reply").value.trim();
    if (!written) { box("reply").focus(); return; }
    if (asking) return;
    asking = true;
    error("reply", "");
    for (const one of translators) one.setAttribute("aria-busy", "true");
    const { text, error: why } = await translation(host, written, "contact");
    asking = false;
    for (const one of translators) one.removeAttribute("aria-busy");
    if (box("reply").value.trim() !== written) return; // it was changed or sent meanwhile: this belongs to no text any more
    if (why) { error("reply", why); return; }
    machine = text;
    warning.hidden = true;
    translated.querySelector(".translated-text").textContent = machine;
    translated.hidden = false;
    translated.querySelector("[data-way=translated]").focus();
  }

  const ways = {
    phrase: () => { warning.hidden = true; composer.onPhrase(); },
    translate,
    sure: () => { sure = true; warning.hidden = true; submit("reply"); },
    back: () => { warning.hidden = translated.hidden = true; box("reply").focus(); },
    translated: () => {
      const original = box("reply").value.trim();
      sent.add({ verb: "reply", to: forms.reply.action, fields: { text: machine, original }, text: machine, shown: original });
      translated.hidden = true;
      empty("reply");
      box("reply").focus();
    },
  };

  for (const [name, form] of Object.entries(forms)) {
    const line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.hidden = true;
    box(name).before(line);
    form.addEventListener("submit", (event) => { event.preventDefault(); submit(name); });
    box(name).addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat && !event.isComposing) { event.preventDefault(); submit(name); }
    });
    box(name).addEventListener("input", () => {
      marks();
      if (name === "reply") { translated.hidden = true; if (!box(name).value) warning.hidden = true; }
    });
  }
  for (const button of modes) button.addEventListener("click", () => { choose(button.dataset.mode, true); marks(); });
  forms.reply.addEventListener("click", (event) => {
    const way = event.target.closest("[data-way]");
    if (way) ways[way.dataset.way]();
  });
  forms.note.addEventListener("click", (event) => {
    const name = event.target.closest("[data-mention]")?.dataset.mention, area = box("note");
    if (!name) return;
    const before = area.value.slice(0, area.selectionStart);
    area.setRangeText(`${before && !/\s$/.test(before) ? " " : ""}@${name} `, area.selectionStart, area.selectionEnd, "end");
    remember("note");
    area.focus();
  });
  forms.reply.querySelector("[name=sure]")?.remove(); // with the script, a warning holds for one text
  if ($("top").dataset.canReply === "yes") choose("reply");
  else choose("note");
  setTimeout(marks);

  return Object.assign(composer, {
    mayReply,
    say,
    mode: (name, focus) => { choose(name, focus); marks(); },
    box: () => box("reply"),
    send: sent.add,
    write: (text) => { choose("reply", true); box("reply").setRangeText(text, box("reply").selectionStart, box("reply").selectionEnd, "end"); remember("reply"); },
    claiming: (on, won = false) => {
      claiming = on || won;
      if (on) { host.querySelector(".mode.reply").hidden = false; choose("reply", true); }
      else if (!won) composer.renewed();
    },
    renewed: () => {
      const yes = $("top").dataset.canReply === "yes";
      if (yes) claiming = false;
      const may = mayReply(), button = host.querySelector(".mode.reply"), before = !button.hidden;
      button.hidden = !may;
      if (may && !before) choose("reply");
      else if (!may && mode === "reply") choose("note");
      const first = host.querySelector(".ask-first"); // asked once, nobody needs to be reminded
      if (first) first.hidden = Boolean(document.querySelector("#log .entry.caseworker"));
      sent.settle();
      marks();
    },
    first: () => host.querySelector(".ask-first:not([hidden]) [data-phrase]")?.dataset.phrase ?? "",
  });
}
