// Light or dark, and the language: kept in cookies, which the server reads, so that no page flashes.
const root = document.documentElement;
root.classList.add("has-script");

function keep(name, value) {
  const tls = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/console; max-age=${value ? 31536000 : 0}; samesite=strict${tls}`;
}

for (const form of document.querySelectorAll("[data-prefer=theme]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = event.submitter.value, chosen = value === "auto" ? "" : value;
    keep("ucare_theme", chosen);
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    document.querySelector("meta[name=color-scheme]").content = chosen || "light dark";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  });
for (const form of document.querySelectorAll("[data-prefer=locale]"))
  form.elements.ucare_locale.addEventListener("change", () => {
    const { search, pathname } = location;
    if (form.elements.next.value === pathname) form.elements.next.value = pathname + search;
    form.requestSubmit();
  });
