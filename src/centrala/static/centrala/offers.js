// Offers: each counts down to when it goes back to its queue. Whether it is still good, only the hub says.
const LATE = 20; // seconds

export const any = () => document.querySelector("#offers > li") !== null;

function count() {
  for (const place of document.querySelectorAll("[data-left]")) {
    const seconds = Math.max(0, Math.round((new Date(place.dataset.left) - Date.now()) / 1000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    place.classList.toggle("late", seconds <= LATE);
  }
}

export function install() {
  count();
  setInterval(count, 1000);
  document.addEventListener("htmx:afterSwap", count);
}
