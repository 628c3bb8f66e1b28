// How long each of the queue has waited goes on while nothing else changes; in the words of the hub's own filter `since`.
const OFTEN = 15_000; // milliseconds

function words(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(since)) / 60_000));
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (days) return `${days} d ${hours % 24} h`;
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function count() {
  for (const time of document.querySelectorAll("#list [data-since]")) time.textContent = words(time.dateTime);
}

export function install() {
  setInterval(count, OFTEN);
}
