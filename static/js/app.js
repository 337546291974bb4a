// Entry point. Every page works without it: each module below adds comfort to links and forms that are real.
// Listeners hang on `document`, because htmx replaces the body on Back and Forward.
import * as again from "./again.js";
import { begin } from "./begin.js";
import * as busy from "./busy.js";
import * as cells from "./cells.js";
import * as columns from "./columns.js";
import * as copy from "./copy.js";
import * as dialogs from "./dialogs.js";
import * as drop from "./drop.js";
import * as focus from "./focus.js";
import * as guard from "./guard.js";
import * as inplace from "./inplace.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as menus from "./menus.js";
import * as pairs from "./pairs.js";
import * as palette from "./palette.js";
import * as place from "./place.js";
import * as print from "./print.js";
import * as received from "./received.js";
import * as rows from "./rows.js";
import * as selection from "./selection.js";
import * as tabs from "./tabs.js";
import * as toasts from "./toasts.js";
import * as typed from "./typed.js";

begin([again, busy, cells, columns, copy, dialogs, drop, focus, guard, inplace, keys, live, menus, pairs, palette, place, print, received, rows, selection, tabs, toasts, typed]);
