// Keeps the ceremony page up to date: asks every two seconds whether something happened, and counts down to the
// deadline by the server's clock. Says when the network is gone, and sends no form into a dead one: the browser's own
// page for that would take the place of this one. Without it the page is the same, only refreshed by hand.

const PAUSE = 2000;
const LEAVING = 10_000; // a form sent or a link followed has this long to be answered
const PATIENCE = 2; // questions without an answer before the page says so
const WAIT = 4000; // for an answer to one
const page = document.querySelector("[data-pulse]");
let leftAt = -LEAVING;
let sentAt = -LEAVING;
let unanswered = 0;
let isDue = false; // the countdown has just ended: the page has another thing to say
if (page) {
  addEventListener("beforeunload", () => { leftAt = performance.now(); });
  countDown();
  page.addEventListener("submit", send);
  setTimeout(ask, PAUSE);
}

async function ask() {
  const version = await newest();
  unanswered = version === null ? unanswered + 1 : 0;
  say("lost", unanswered >= PATIENCE);
  // A new page now would take the place of the button that somebody has just pressed.
  const isLeaving = performance.now() - Math.max(leftAt, sentAt) < LEAVING;
  if (version && (isDue || version !== page.dataset.version) && !isLeaving) arrived();
  setTimeout(ask, PAUSE);
}

/** The version of the page that the server would show now: null without an answer, empty where it asks to sign in. */
async function newest() {
  try {
    const answer = await fetch(page.dataset.pulse, { cache: "no-store", signal: AbortSignal.timeout?.(WAIT) });
    say("signed-out", answer.redirected);
    if (!answer.ok) return null;
    return answer.redirected ? "" : (await answer.json()).version;
  } catch {
    return null;
  }
}

async function send(event) {
  if (event.defaultPrevented) return; // what was typed is wrong
  event.preventDefault();
  if (performance.now() - sentAt < LEAVING) return; // on its way already
  sentAt = performance.now();
  const version = await newest();
  if (version) {
    event.target.submit();
    return;
  }
  sentAt = -LEAVING;
  if (version === null) say("lost", true);
  document.querySelector(`[data-part=${version === null ? "lost" : "signed-out"}]`).scrollIntoView({ block: "center" });
}

function say(name, is) {
  document.querySelector(`[data-part=${name}]`).hidden = !is;
}

// What somebody is typing, or a number just made, must not be lost. The page of a refused form has that form's address,
// which a reload would send once more: so the page's own address is asked for.
function arrived() {
  const typing = [...document.querySelectorAll("main input, main textarea, main select")].some(
    (field) => field.type !== "hidden" && !field.readOnly && field.value !== field.defaultValue && field.offsetParent,
  );
  const busy = typing || document.querySelector("[data-act=commit] [data-part=made]:not([hidden])");
  if (!busy) location.replace(page.dataset.address);
  else say("news", true);
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
    isDue = left === 0;
  };
  tick();
}

function words(left) {
  if (left >= 86400) return `还有 ${Math.floor(left / 86400)} 天`;
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  return `还有 ${hours ? `${hours}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
}
