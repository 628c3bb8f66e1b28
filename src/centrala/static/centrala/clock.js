// What is under way says how long it has been: in the words of the hub's own filter `elapsed`.
function words(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - new Date(since)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function count() {
  for (const time of document.querySelectorAll("[data-elapsed]")) time.textContent = words(time.dateTime);
}

export function install() {
  setInterval(count, 1000);
  document.addEventListener("htmx:afterSwap", count);
}
