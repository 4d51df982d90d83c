// Says something to a screen reader, politely, and shows what must be seen for a moment.
const words = document.getElementById("shell-words")?.dataset ?? {};

export function say(text) {
  const line = document.getElementById("say");
  if (!line) return;
  line.textContent = "";
  requestAnimationFrame(() => { line.textContent = text; });
}

// Shows a line at the foot of the page; `link` is {text, address}. It stays while the pointer or the focus is on it.
export function toast(text, { link, tone = "", stays = 8000 } = {}) {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div"), line = document.createElement("span"), close = document.createElement("button");
  box.className = `toast ${tone}`;
  box.setAttribute("role", tone ? "alert" : "status");
  line.textContent = text;
  close.type = "button";
  close.textContent = words.close ?? "×";
  close.addEventListener("click", () => box.remove());
  box.append(line);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.address;
    anchor.textContent = link.text;
    box.append(anchor);
  }
  box.append(close);
  while (host.children.length > 2) host.firstChild.remove();
  host.append(box);
  const end = () => (box.matches(":hover, :focus-within") ? setTimeout(end, 2000) : box.remove());
  if (stays) setTimeout(end, stays);
}
