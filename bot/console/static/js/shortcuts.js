// Everything by keyboard. A page says which key presses a button (data-key="c"); what is common stands here.
const GO = { q: "/console/queue", o: "/console/overview", t: "/console/teams", p: "/console/people", a: "/console/audit" };
const AGAIN = { e: '[data-key="e"], [popovertarget="do-resolve"]', t: '[data-key="t"], #composer [data-way="translate"]' };
const keys = document.getElementById("keys");
let before = "", timer = 0;

export function typing(target) {
  return Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));
}

export function help() {
  if (!keys || keys.open) return;
  document.querySelector(":popover-open")?.hidePopover();
  keys.showModal();
}

function press(key) {
  const wanted = AGAIN[key] ?? `[data-key="${CSS.escape(key)}"]`;
  const found = [...document.querySelectorAll(wanted)].find((one) => one.checkVisibility?.() ?? true);
  if (!found || found.disabled) return false;
  found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target) && !document.querySelector("dialog[open]")) { event.target.blur(); return; }
  if (typing(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "?") { event.preventDefault(); help(); return; }
  if (before === "g") {
    before = "";
    const address = GO[event.key];
    if (address && document.querySelector(`nav a[href="${address}"]`)) { event.preventDefault(); location.assign(address); }
    return;
  }
  if (event.key === "g") {
    before = "g";
    clearTimeout(timer);
    timer = setTimeout(() => { before = ""; }, 1200);
    return;
  }
  if (event.key.length === 1 && !event.repeat && press(event.key)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-help]")) help();
});
keys?.addEventListener("click", (event) => { if (event.target === keys) keys.close(); });
