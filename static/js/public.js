// Entry point of the pages that are open to who was sent their address; they know nothing of htmx.
import { start } from "./print.js";

start();
