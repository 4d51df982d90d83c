// Is what I see true? One stream of hints, and the word in the head of the page that says how it stands.
const line = document.getElementById("live");
const PATIENCE = 6000; // ms until "connecting again" becomes "no connection"
let doubt = 0, shown = "";

export function state(name) {
  clearTimeout(doubt);
  if (name === "again") {
    if (shown === "off") return;
    doubt = setTimeout(() => state("off"), PATIENCE);
  }
  shown = name;
  const root = document.documentElement.classList;
  root.toggle("is-offline", name === "off");
  root.toggle("is-stale", name === "off");
  if (!line || line.dataset.state === name) return;
  line.dataset.state = name;
  const word = document.createElement("span");
  word.textContent = line.dataset[name] ?? "";
  line.replaceChildren(word);
}

// Runs work at once, then not again before `gap` has passed, and never twice at the same time; the last call is never lost.
export function paced(work, gap = 500) {
  let running = false, again = false, last = -Infinity, timer = 0;
  async function run() {
    timer = 0;
    running = true;
    last = performance.now();
    try { await work(); } finally { running = false; }
    if (again) { again = false; ask(); }
  }
  function ask() {
    if (running) { again = true; return; }
    if (timer) return;
    const wait = last + gap - performance.now();
    if (wait <= 0) run();
    else timer = setTimeout(run, wait);
  }
  return ask;
}

// Calls `changed` whenever something changed, and after each gap in the connection.
export function listen(address, changed) {
  let wait = 2000, source;
  function connect() {
    source = new EventSource(address);
    source.addEventListener("ready", () => { wait = 2000; state("live"); changed(); });
    source.addEventListener("change", changed);
    source.addEventListener("error", () => {
      state("again");
      if (source.readyState !== EventSource.CLOSED) return;
      changed(); // a session that has ended is noticed by what it asks for
      setTimeout(connect, wait + Math.random() * 500);
      wait = Math.min(wait * 1.6, 20000);
    });
  }
  connect();
  window.addEventListener("offline", () => state("off"));
  window.addEventListener("online", () => { state("again"); changed(); });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("visibilitychange", () => document.hidden || changed());
}

export function signIn() {
  location.assign(`/console/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}
