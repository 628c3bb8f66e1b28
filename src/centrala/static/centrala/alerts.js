// A sound and a notification for each offer that comes: off until somebody turns it on in this browser, which then asks
// for its permission. Of several tabs one alerts.
const KEPT = "centrala-alerts";
const SHOWN = 8_000; // milliseconds that the button's answer stays
const ONE_TAB = 15_000; // within which every tab has heard of an offer, those in the background last
const TONES = [[660, 0], [880, 0.16]]; // hertz, seconds

const button = () => document.getElementById("alerts");
const on = () => localStorage.getItem(KEPT) === "on";
const allowed = () => "Notification" in window && Notification.permission === "granted";
let sound;
let told;

function ring() {
  sound ??= new AudioContext();
  sound.resume(); // refused until somebody has touched the page
  for (const [pitch, after] of TONES) {
    const [tone, loudness, at] = [sound.createOscillator(), sound.createGain(), sound.currentTime + after];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.2, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(loudness).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}

// On a locked screen strangers read it, so it names the queue, and neither customer nor text.
function notify(offer) {
  if (!allowed() || document.hasFocus()) return;
  try {
    const shown = new Notification(button().dataset.offer, {
      body: offer.querySelector(".offer-head .quiet")?.textContent ?? "",
      tag: offer.id,
    });
    shown.addEventListener("click", () => window.focus());
  } catch {
    // Telephones show notifications of service workers alone; the sound is there.
  }
}

function alertTo(offer) {
  const act = () => {
    ring();
    notify(offer);
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

export function install() {
  const offers = document.getElementById("offers");
  const known = new Set([...offers.children].map((offer) => offer.id));
  new MutationObserver(() => {
    for (const offer of offers.children) {
      if (!known.has(offer.id) && on()) alertTo(offer);
      known.add(offer.id);
    }
  }).observe(offers, { childList: true });
  button().addEventListener("click", turn);
  window.addEventListener("storage", ({ key }) => key === KEPT && show());
  show();
}
