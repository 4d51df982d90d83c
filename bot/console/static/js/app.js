// What every page has. No build step: the browser loads these modules as they stand.
import "./theme.js";
import "./drafts.js";
import "./here.js";
import "./shortcuts.js";
import "./shell.js";
import "./times.js";

// A page for when there is no connection, in the language of this one.
navigator.serviceWorker?.register(`/console/sw.js?lang=${document.documentElement.lang}`, { scope: "/console/" }).catch(() => {});
