// Times in the reader's zone (time[data-local]) and what is left of a promise ([data-due], [data-since]; milliseconds).
const lang = document.documentElement.lang || undefined;
const units = Object.fromEntries(["minute", "hour", "day"].map((unit) => [unit, new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "short" })]));
const clock = new Intl.NumberFormat(lang, { minimumIntegerDigits: 2, useGrouping: false }), plain = new Intl.NumberFormat(lang, { useGrouping: false });
const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
let ahead = 0; // the server's clock minus ours

export function serverNow(now) {
  if (now) ahead = Number(now) - Date.now();
  return Date.now() + ahead;
}

// Under ten minutes to the second, because then seconds count; after that as coarse as one can act on.
export function length(ms) {
  if (ms < 10 * MINUTE) return `${plain.format(Math.floor(ms / MINUTE))}:${clock.format(Math.floor(ms / 1000) % 60)}`;
  if (ms < 2 * HOUR) return units.minute.format(Math.floor(ms / MINUTE));
  if (ms < 2 * DAY) return units.hour.format(Math.floor(ms / HOUR));
  return units.day.format(Math.floor(ms / DAY));
}

const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export function tick(within = document) {
  const now = serverNow();
  for (const one of within.querySelectorAll("[data-due]")) {
    const left = Number(one.dataset.due) - now, late = left < 0;
    put(one.querySelector(".due-time") ?? one, length(Math.abs(left)));
    if (one.classList.contains("late") !== late) one.classList.toggle("late", late);
    const soon = !late && left < Number(one.dataset.soon ?? 0);
    if (one.classList.contains("soon") !== soon) one.classList.toggle("soon", soon);
  }
  for (const one of within.querySelectorAll("[data-since]")) put(one.querySelector(".due-time") ?? one, length(Math.max(0, now - Number(one.dataset.since))));
}

export function localTimes(within = document) {
  for (const one of within.querySelectorAll("time[data-local]")) {
    const short = one.dataset.local === "time" ? {} : { day: "numeric", month: "short" };
    one.textContent = new Date(one.dateTime).toLocaleString(lang, { ...short, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }
}

localTimes();
if (document.querySelector("[data-due], [data-since]")) tick();
let beat = 0;
function keepTime() { // a page nobody looks at needs no seconds
  clearInterval(beat);
  if (!document.hidden) { tick(); beat = setInterval(tick, 1000); }
}
document.addEventListener("visibilitychange", keepTime);
keepTime();
