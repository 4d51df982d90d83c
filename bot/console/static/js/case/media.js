// Pictures and voice messages are fetched only when somebody asks for them; nothing is loaded before.
import { make, words } from "./words.js";

export function media(host) {
  host.addEventListener("click", (event) => {
    const link = event.target.closest(".medium [data-show]");
    if (!link) return;
    event.preventDefault();
    show(link.closest(".medium"), link);
  });
}

function show(box, link) {
  const tile = box.querySelector(".tile"), hint = box.querySelector(".hint"), how = link.dataset.show;
  const kind = box.dataset.kind;
  const failed = () => { tile.replaceChildren(); tile.classList.remove("loading"); hint.textContent = words.notLoaded; hint.hidden = false; };
  tile.classList.add("loading");
  hint.textContent = words.loading;
  let shown;
  if (kind === "voice") {
    shown = make("audio", { controls: true, src: link.href, preload: "auto", on: { canplay: () => tile.classList.remove("loading"), error: failed } });
    shown.play().catch(() => { /* the person presses play */ });
    box.querySelector(".medium-do").hidden = true;
  } else {
    shown = make("img", { alt: box.querySelector(".what").textContent, src: link.href, class: how, on: { load: () => tile.classList.remove("loading"), error: failed } });
  }
  tile.classList.add("open");
  tile.removeAttribute("aria-hidden");
  tile.replaceChildren(shown);
  hint.hidden = true;
  if (how === "blurred") box.querySelector("[data-show=clear]").textContent = words.clear;
  link.hidden = true;
  const clear = box.querySelector("[data-show=clear]");
  if (how === "clear") box.querySelector("[data-show=blurred]")?.setAttribute("hidden", "");
  (how === "blurred" ? clear : kind === "voice" ? shown : null)?.focus?.();
}
