// A long job on the page: looked at each second, the new state put in the place of the old one. When it has ended the
// page is loaded again, because then the rest of it has changed too.

const EVERY = 1000;
const SLOWEST = 15000;
const LEAVING = 10_000; // a link followed has this long to be answered: loading this page again would break it off
let leftAt = -LEAVING;
addEventListener("beforeunload", () => { leftAt = performance.now(); });

for (const shown of document.querySelectorAll("[data-job][data-live='1']")) follow(shown, EVERY);

function follow(shown, wait) {
  setTimeout(async () => {
    const fresh = await look(shown.dataset.job);
    if (!fresh) return follow(shown, Math.min(2 * wait, SLOWEST)); // no network: what stands there is still true
    if (!fresh.dataset.live && performance.now() - leftAt >= LEAVING) return location.reload();
    const held = shown.contains(document.activeElement);
    shown.replaceWith(fresh);
    if (held) fresh.querySelector("button")?.focus();
    follow(fresh, EVERY);
  }, wait);
}

async function look(address) {
  try {
    const answer = await fetch(`${address}?part=1`, { cache: "no-store", redirect: "error" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-job]");
  } catch {
    return null;
  }
}
