// Buttons and sheets: done without leaving the page; what was refused says why, beside its button.
import { soon } from "./live.js";
import { signIn } from "../live.js";
import { post, words } from "./words.js";

export function acts(host, composer) {
  host.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form.act[data-verb]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    const error = form.querySelector(":scope > .error"), claims = form.dataset.verb === "claim";
    error.hidden = true;
    if (claims) composer.claiming(true);
    const tick = form.querySelector("[role=checkbox]");
    if (tick) tick.setAttribute("aria-checked", tick.getAttribute("aria-checked") === "true" ? "false" : "true");
    const { status, body } = await post(form.action, new FormData(form));
    delete form.dataset.busy;
    form.removeAttribute("aria-busy");
    if (status === 401) { signIn(); return; }
    if (status === 200) {
      form.closest("[popover]:not(#side)")?.hidePopover();
      if (body.to) { location.assign(body.to); return; }
      form.querySelectorAll("input[type=text], input:not([type]), textarea").forEach((box) => { box.value = ""; });
    } else {
      if (tick) tick.setAttribute("aria-checked", tick.getAttribute("aria-checked") === "true" ? "false" : "true");
      error.textContent = body.error ?? words.offline;
      error.hidden = false;
      if (!form.closest("#acts")) composer.say(error.textContent); // its own part is renewed in a moment
    }
    if (claims) composer.claiming(false, status === 200);
    soon(0);
  });
  host.addEventListener("click", (event) => { // a sheet that is opened from the menu takes its place
    const item = event.target.closest("#do-more [popovertarget]");
    if (!item) return;
    event.preventDefault();
    document.getElementById("do-more").hidePopover();
    document.getElementById(item.getAttribute("popovertarget"))?.showPopover();
  });
}
