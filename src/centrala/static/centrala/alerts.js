// A sound and a notification for each offer that comes: off until somebody turns it on in this browser, which then asks
// for its permission. Of several tabs one alerts. A call rings until its offer is gone.
import { tones } from "./tones.js";

const KEPT = "centrala-alerts";
const SHOWN = 8_000; // milliseconds that the button's answer stays
const ONE_TAB = 15_000; // within which every tab has heard of an offer, those in the background last
const RINGS_AGAIN = 3_000; // milliseconds between two rings of a call

const button = () => document.getElementById("alerts");
const on = () => localStorage.getItem(KEPT) === "on";
const allowed = () => "Notification" in window && Notification.permission === "granted";
let sound;
let told;

function ring() {
  sound ??= new AudioContext();
  sound.resume(); // refused until somebody has touched the page
  tones(sound);
}

// On a locked screen strangers read it, so it names the queue, and neither customer nor text.
function notify(offer) {
  if (!allowed() || document.hasFocus()) return;
  const kind = "call" in offer.dataset ? "given" : "voice" in offer.dataset ? "call" : "offer";
  try {
    const shown = new Notification(button().dataset[kind], {
      body: offer.querySelector(".offer-head .quiet")?.textContent ?? "",
      tag: offer.id,
    });
    shown.addEventListener("click", () => window.focus());
  } catch {
    // Telephones show notifications of service workers alone; the sound is there.
  }
}

function ringOn(offer) {
  const ringing = setInterval(() => {
    if (document.getElementById(offer.id) && on()) ring();
    else clearInterval(ringing);
  }, RINGS_AGAIN);
}

function alertTo(offer) {
  const act = () => {
    ring();
    notify(offer);
    if ("voice" in offer.dataset) ringOn(offer);
  };
  if (!navigator.locks) return act(); // without https
  navigator.locks.request(`${KEPT} ${offer.id}`, { ifAvailable: true }, (mine) => {
    if (!mine) return undefined;
    act();
    return new Promise((done) => setTimeout(done, ONE_TAB));
  });
}

function show() {
  button().setAttribute("aria-pressed", String(on()));
}

function tell() {
  const place = document.getElementById("alerts-told");
  place.textContent = button().dataset[on() ? (allowed() ? "on" : "sound") : "off"];
  clearTimeout(told);
  told = setTimeout(() => { place.textContent = ""; }, SHOWN);
}

async function turn() {
  if (on()) localStorage.removeItem(KEPT);
  else {
    localStorage.setItem(KEPT, "on");
    show(); // the browser's question may stay unanswered
    ring(); // so that the sound is known, and allowed from now on
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  }
  show();
  tell();
}

// `taken` tells whether a call was asked for in this tab.
export function install({ taken }) {
  const [offers, calls] = ["offers", "calls"].map((id) => document.getElementById(id));
  const known = new Set([...offers.children, ...calls.children].map((row) => row.id));
  const look = () => {
    for (const row of [...offers.children, ...calls.children]) {
      // A call that was offered has been alerted to; so has one that is taken in this very tab.
      const { call } = row.dataset;
      const old = known.has(row.id) || (call && (known.has(call) || taken()));
      if (!old && on()) alertTo(row);
      known.add(row.id).add(row.dataset.offered);
    }
  };
  for (const list of [offers, calls]) new MutationObserver(look).observe(list, { childList: true });
  button().addEventListener("click", turn);
  window.addEventListener("storage", ({ key }) => key === KEPT && show());
  show();
}
