// Starts the verifier on the site's own page, with its worker as a module of its own.

import { startPage } from "./page.js";

const root = document.getElementById("verifier");
startPage(root, () => new Worker(root.dataset.worker, { type: "module" }));
