// Parts of a page that take the server a moment come after it: each element with data-fetch is filled with the fragment of
// that address. Without this script the link beside it leads to the same figures.

async function fill(place) {
  try {
    const answer = await fetch(place.dataset.fetch, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
  } catch {
    // No network: the link stays.
  }
  place.removeAttribute("aria-busy");
}

document.querySelectorAll("[data-fetch]").forEach(fill);
