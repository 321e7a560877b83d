// The wall of the meeting room: the server says what is to be seen at this moment, so all walls show the same. It tells
// by itself (server-sent events) as long as it has a seat for this wall; else it is asked, twice a second while tickets
// are being drawn and every two seconds otherwise.

const wall = document.querySelector("[data-wall]");
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const lost = document.querySelector("[data-part=lost]");
const PATIENCE = 12_000; // milliseconds without a sign of life
let ahead = null; // how far the server's clock is ahead of this one, in milliseconds

if (wall) {
  listen();
  setInterval(tick, 500);
}

function how() {
  return `?seen=${encodeURIComponent(wall.dataset.version)}${still ? "&still=1" : ""}`;
}

function show(content, version) {
  wall.innerHTML = content;
  wall.dataset.version = version;
}

function listen() {
  const stream = new EventSource(wall.dataset.live + how());
  let heard = performance.now();
  const watch = setInterval(() => { lost.hidden = performance.now() - heard < PATIENCE; }, 1000);
  stream.addEventListener("part", (event) => show(event.data, event.lastEventId));
  stream.addEventListener("beat", (event) => {
    heard = performance.now();
    ahead = Number(event.data) - Date.now();
  });
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // it comes again by itself
    clearInterval(watch);
    ask();
  });
}

async function ask() {
  let pause = 2000;
  try {
    const answer = await fetch(wall.dataset.wall + how(), { cache: "no-store" });
    if (answer.status === 200) show(await answer.text(), answer.headers.get("X-Version"));
    if (answer.ok) {
      pause = Number(answer.headers.get("X-Pause")) || pause;
      ahead = Number(answer.headers.get("X-Now")) - Date.now();
    }
    lost.hidden = answer.ok;
  } catch {
    lost.hidden = false;
  }
  setTimeout(ask, pause);
}

function tick() {
  if (ahead === null) return;
  const now = Date.now() + ahead;
  const clock = wall.querySelector("[data-part=clock]");
  const shanghai = new Date(now + 8 * 3600 * 1000).toISOString();
  if (clock) clock.textContent = shanghai.slice(11, 16);
  const place = wall.querySelector("[data-until]");
  if (!place) return;
  const left = Math.max(0, Math.floor((Number(place.dataset.until) - now) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  place.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
}
