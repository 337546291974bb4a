// Entry point. Every page works without it: each module below adds comfort to links and forms that are real.
// Listeners hang on `document`, because htmx replaces the body on Back and Forward.
import * as busy from "./busy.js";
import * as focus from "./focus.js";
import * as guard from "./guard.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as rows from "./rows.js";
import * as selection from "./selection.js";
import * as toasts from "./toasts.js";

for (const module of [busy, focus, guard, keys, live, rows, selection, toasts]) module.start();
