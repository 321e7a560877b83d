// The wall of the meeting room: the server says what is to be seen at this moment, so all walls show the same. It tells
// by itself (server-sent events) as long as the stream gets through; where it has no seat for this wall, or something on
// the way holds the stream back, it is asked: twice a second while tickets are being drawn, else every two seconds.

const PATIENCE = 8000; // milliseconds without a sign of life, which comes every five seconds
const AGAIN = 30_000; // before a stream that was refused is asked for once more
const wall = document.querySelector("[data-wall]");
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const lost = document.querySelector("[data-part=lost]");
let ahead = null; // how far the server's clock is ahead of this one, in milliseconds
let heard = performance.now(); // when the stream last gave a sign of life
let isAsking = false;

if (wall) {
  listen();
  setInterval(tick, 500);
  setInterval(() => { if (!isStreaming() && !isAsking) ask(); }, 1000);
}

const isStreaming = () => performance.now() - heard < PATIENCE;

function how() {
  return `?seen=${encodeURIComponent(wall.dataset.version)}${still ? "&still=1" : ""}`;
}

function show(content, version) {
  wall.innerHTML = content;
  wall.dataset.version = version;
}

function listen() {
  const stream = new EventSource(wall.dataset.live + how());
  stream.addEventListener("part", (event) => {
    heard = performance.now();
    show(event.data, event.lastEventId);
  });
  stream.addEventListener("beat", (event) => {
    heard = performance.now();
    ahead = Number(event.data) - Date.now();
  });
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // it comes again by itself
    heard = -Infinity;
    setTimeout(listen, AGAIN);
  });
}

async function ask() {
  isAsking = true;
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
  if (!isStreaming()) {
    setTimeout(ask, pause);
    return;
  }
  isAsking = false;
  lost.hidden = true;
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
