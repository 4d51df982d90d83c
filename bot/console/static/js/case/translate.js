// A machine's translation of what the contact wrote, where somebody asks for it: always below the original, and marked.
import { signIn } from "../live.js";
import { make, post, words } from "./words.js";

// Returns {text} or {error}; `to` is "me" (the caseworker's language) or "contact".
export async function translation(host, text, to) {
  const csrf = document.querySelector("#reply [name=csrf]").value;
  const { status, body } = await post(`/console/cases/${host.dataset.id}/translate`, { csrf, text, to });
  if (status === 401) signIn();
  return status === 200 && body.text ? { text: body.text } : { error: body.error ?? words.offline };
}

export function translate(host) {
  const log = document.getElementById("log"), known = new Map(); // what was said → its translation; as long as the page
  const said = (button) => button.parentElement.querySelector(".said").textContent;
  const buttons = (text) => [...log.querySelectorAll(".translate")].filter((one) => said(one) === text);

  function show(button) {
    button.parentElement.querySelector(".error")?.remove();
    button.replaceWith(make("p", { class: "same machine", dir: "auto", lang: document.documentElement.lang, tabindex: "-1" }, make("span", { class: "mark" }, words.machine), " ", known.get(said(button))));
  }

  log.addEventListener("click", async (event) => {
    const button = event.target.closest(".translate");
    if (!button) return;
    const text = said(button);
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const answer = await translation(host, text, "me");
    if (answer.text) known.set(text, answer.text);
    const here = buttons(text); // another one, where the entry was renewed meanwhile
    for (const one of here) {
      one.removeAttribute("aria-busy");
      one.disabled = false;
      if (answer.text) show(one);
    }
    if (!answer.text) {
      button.parentElement.querySelector(".error")?.remove();
      here[0]?.after(make("p", { class: "error", role: "alert" }, answer.error));
    }
  });
  // An entry that is written anew by the server keeps what was translated in it.
  new MutationObserver(() => log.querySelectorAll(".translate").forEach((one) => known.has(said(one)) && show(one))).observe(log, { childList: true });
}
