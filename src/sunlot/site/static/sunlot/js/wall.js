// The wall of the meeting room: the server says what is to be seen at this moment, so all walls show the same. While
// tickets are being drawn it is asked twice a second, else every two seconds.

const wall = document.querySelector("[data-wall]");
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let ahead = null; // how far the server's clock is ahead of this one, in milliseconds

if (wall) {
  ask();
  setInterval(tick, 500);
}

async function ask() {
  let pause = 2000;
  try {
    const address = `${wall.dataset.wall}?seen=${encodeURIComponent(wall.dataset.version)}${still ? "&still=1" : ""}`;
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.status === 200) {
      wall.innerHTML = await answer.text();
      wall.dataset.version = answer.headers.get("X-Version");
    }
    if (answer.ok) {
      pause = Number(answer.headers.get("X-Pause")) || pause;
      ahead = Number(answer.headers.get("X-Now")) - Date.now();
    }
    document.querySelector("[data-part=lost]").hidden = answer.ok;
  } catch {
    document.querySelector("[data-part=lost]").hidden = false;
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
