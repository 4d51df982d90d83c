// The page of one case: keeps it true, and joins what is done on it. Without this script every form works by itself.
import { compose } from "./case/composer.js";
import { follow, soon } from "./case/live.js";
import { media } from "./case/media.js";
import { acts } from "./case/acts.js";
import { palettes } from "./case/palette.js";
import { translate } from "./case/translate.js";
import { keepZone } from "./case/zone.js";

const host = document.getElementById("case");
if (host) {
  const composer = compose(host);
  const open = palettes(host, composer);
  composer.onPhrase = (id) => open("phrases", id);
  acts(host, composer);
  media(host);
  translate(host);
  follow(host, () => composer.renewed());
  if (keepZone()) soon();

  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector("dialog[open], [popover]:popover-open:not(#side)")) return;
    const box = document.getElementById("reply-text");
    const slash = event.key === "/" && (!typing(event.target) || (event.target === box && box.value === ""));
    if (slash && composer.mayReply()) { event.preventDefault(); open("phrases"); return; }
    if (event.key === "Escape" && typing(event.target) && event.target.closest("#composer")) { event.target.blur(); return; }
    if (typing(event.target)) return;
    const does = {
      f: () => composer.mayReply() && open("flows"),
      r: () => composer.mode("reply", true),
      n: () => composer.mode("note", true),
      t: () => [...host.querySelectorAll("#log .translate")].at(-1)?.click(), // where the shell found nothing to translate
    }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  host.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); open(opener.dataset.open); }
    const chip = event.target.closest("[data-phrase]");
    if (chip) open("phrases", chip.dataset.phrase);
  });
}
