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
  document.getElementById("log").addEventListener("click", async (event) => {
    const button = event.target.closest(".translate");
    if (!button) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const said = button.parentElement.querySelector(".said");
    const { text, error } = await translation(host, said.textContent, "me");
    button.removeAttribute("aria-busy");
    button.disabled = false;
    if (error) { button.after(make("p", { class: "error", role: "alert" }, error)); return; }
    button.parentElement.querySelector(".error")?.remove();
    button.replaceWith(make("p", { class: "same machine", dir: "auto", lang: document.documentElement.lang, tabindex: "-1" }, make("span", { class: "mark" }, words.machine), " ", text));
  });
}
