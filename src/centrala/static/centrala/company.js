// Who else looks at the conversation that is open, and who writes in it. Each page says so of itself now and then, by way
// of the hub, which keeps nothing; whoever is not heard of any more is forgotten here.

const AGAIN = 15_000; // milliseconds between two words of somebody who looks
const WRITING_AGAIN = 3_000;
const FORGOTTEN = { looking: 35_000, writing: 6_000 };
const others = new Map(); // by person: {name, looking, writing}, the latter the times when it was last heard
let told = {};
let before; // where this page was last

const place = () => document.getElementById("company");
const open = () => (place() ? document.getElementById("work").dataset.conversation : undefined);

function tell(address, doing) {
  const token = document.querySelector("#acting [name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, doing });
  fetch(address, { method: "POST", body, keepalive: true }).catch(() => {}); // the connection's lamp tells
}

function say(doing, pause) {
  if (document.hidden || !open() || Date.now() - (told[doing] ?? 0) < pause) return;
  told[doing] = told.looking = Date.now();
  tell(place().dataset.from, doing);
}

function show() {
  if (!open()) return;
  const now = Date.now();
  const names = (doing) => [...others.values()].filter((one) => now - one[doing] < FORGOTTEN[doing]);
  const writing = names("writing");
  const looking = names("looking").filter((one) => !writing.includes(one));
  const words = (word, people) => people.length && `${place().dataset[word]} ${people.map((one) => one.name).join(", ")}`;
  const text = [words("writing", writing), words("looking", looking)].filter(Boolean).join(" · ");
  if (place().textContent !== text) place().textContent = text;
  place().classList.toggle("writing", writing.length > 0);
}

function hear({ conversation, person, name, doing }) {
  if (conversation !== open() || String(person) === document.body.dataset.person) return;
  if (doing === "gone") others.delete(person);
  else {
    const known = others.get(person);
    others.set(person, { name, looking: Date.now(), writing: doing === "writing" ? Date.now() : (known?.writing ?? 0) });
    if (doing === "coming") say("looking", 0); // so that who has just come learns of this page, too
  }
  show();
}

export function follow() {
  if (before?.conversation === open()) return;
  if (before) tell(before.address, "gone");
  before = open() && { conversation: open(), address: place().dataset.from };
  others.clear();
  told = {};
  say("coming", 0);
}

export function install() {
  document.body.addEventListener("live:here", ({ detail }) => hear(detail));
  document.body.addEventListener("live:on", () => say("coming", 0)); // from now on the answers are heard
  document.addEventListener("input", ({ target }) => target.id === "reply" && target.value && say("writing", WRITING_AGAIN));
  document.addEventListener("visibilitychange", () => say("looking", AGAIN));
  window.addEventListener("pagehide", () => before && tell(before.address, "gone"));
  setInterval(() => {
    say("looking", AGAIN);
    show();
  }, 1_000);
}
