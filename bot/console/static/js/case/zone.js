// The server writes hours by the clock of whoever reads: it is told the zone, and nothing else.
export function keepZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  const said = `ucare_zone=${zone}`;
  if (!/^[\w+/-]+$/.test(zone) || document.cookie.split("; ").includes(said)) return false;
  document.cookie = `${said}; path=/console; max-age=31536000; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
  return true;
}
