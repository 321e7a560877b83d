// On the web's pages of my forms: the way into the app, where this browser can run it. The list goes there by itself,
// unless it has something to say or was asked for as it is.

const able = globalThis.isSecureContext && globalThis.crypto?.subtle && "serviceWorker" in navigator && globalThis.indexedDB && navigator.locks;
const door = document.querySelector("[data-app]");
const stays = new URLSearchParams(location.search).has("plain") || document.querySelector(".messages");
if (able && door.dataset.app === "list" && !stays) location.replace("/field/app/");
else if (able) door.hidden = false;
