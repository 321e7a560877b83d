// Keeps the ceremony page up to date: asks every two seconds whether something happened, and counts down to the
// deadline by the server's clock. Without it the page is the same, only refreshed by hand.

const PAUSE = 2000;
const LEAVING = 10_000; // a form sent or a link followed has this long to be answered
const page = document.querySelector("[data-pulse]");
let leftAt = -LEAVING;
if (page) {
  addEventListener("beforeunload", () => { leftAt = performance.now(); });
  countDown();
  setTimeout(ask, PAUSE);
}

async function ask() {
  try {
    const answer = await fetch(page.dataset.pulse, { cache: "no-store" });
    const isNew = answer.ok && (await answer.json()).version !== page.dataset.version;
    // A reload now would take the place of the button that somebody has just pressed.
    if (isNew && performance.now() - leftAt > LEAVING) {
      arrived();
      return;
    }
  } catch {
    // the network is gone for a moment; the next question tells
  }
  setTimeout(ask, PAUSE);
}

// What somebody is typing, or a number just made, must not be lost to a reload.
function arrived() {
  const typing = [...document.querySelectorAll("main input, main textarea, main select")].some(
    (field) => field.type !== "hidden" && !field.readOnly && field.value !== field.defaultValue && field.offsetParent,
  );
  const busy = typing || document.querySelector("[data-act=commit] [data-part=made]:not([hidden])");
  if (!busy) location.reload();
  else document.querySelector("[data-part=news]").hidden = false;
}

function countDown() {
  const place = document.querySelector("[data-until]");
  if (!place) return;
  const ahead = Number(place.dataset.now) - Date.now();
  const until = Number(place.dataset.until);
  const tick = () => {
    const left = Math.max(0, Math.floor((until - Date.now() - ahead) / 1000));
    place.textContent = words(left);
    if (left > 0) setTimeout(tick, 500);
    else setTimeout(() => location.reload(), 1500);
  };
  tick();
}

function words(left) {
  if (left >= 86400) return `还有 ${Math.floor(left / 86400)} 天`;
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  return `还有 ${hours ? `${hours}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
}
