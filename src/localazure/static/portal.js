// What every page does: copy, show secrets, speak times in the reader's way, follow the cloud's changes.

const language = document.documentElement.lang;
const raw = new WeakMap(); // each live part as the server sent it, before its times were rewritten

const sameDay = (one, other) => one.toDateString() === other.toDateString();

function spoken(time) {
  const at = new Date(time.dateTime);
  const clock = { hour: "2-digit", minute: "2-digit", ...("short" in time.dataset ? {} : { second: "2-digit" }) };
  const day = sameDay(at, new Date()) ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language, { ...clock, ...day, hourCycle: "h23" }).format(at);
}

function localise(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const whole = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
    time.title = whole.format(new Date(time.dateTime));
    time.textContent = spoken(time);
  }
}

/** The cloud's time: `offset` seconds ahead at the real time `since`, from then on `scale` times as fast. */
function reading({ offset, scale, since }) {
  const passed = Math.max(Date.now() - Number(since) * 1000, 0);
  return new Date(Date.now() + Number(offset) * 1000 + passed * (Number(scale) - 1));
}

function tick() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const seconds = clock.dataset.clock === "short" ? {} : { second: "2-digit" };
    const now = reading(clock.dataset);
    const day = sameDay(now, new Date()) || clock.dataset.clock === "short" ? {} : { day: "numeric", month: "short" };
    const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...seconds, ...day };
    const text = new Intl.DateTimeFormat(language, form).format(now);
    if (clock.textContent !== text) clock.textContent = text;
  }
}

/** A part's HTML, without the clocks: they run by themselves. */
function shape(part) {
  const bare = part.cloneNode(true);
  for (const one of [bare, ...bare.querySelectorAll("[data-clock]")]) if ("clock" in one.dataset) one.textContent = "";
  return bare.outerHTML;
}

function remember() {
  for (const part of document.querySelectorAll("[data-live]")) {
    for (const one of part.dataset.live === "list" ? part.children : [part]) raw.set(one, shape(one));
  }
}

function replace(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const html = shape(fresh);
  const made = document.importNode(fresh, true);
  part.replaceWith(made);
  raw.set(made, html);
  localise(made);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function merge(list, fresh) {
  let arrived = false;
  for (const child of [...list.children]) if (!fresh.querySelector(`[id="${child.id}"]`)) child.remove();
  for (const [place, wanted] of [...fresh.children].entries()) {
    const known = document.getElementById(wanted.id);
    if (known && raw.get(known) === shape(wanted)) continue;
    const html = shape(wanted);
    const made = document.importNode(wanted, true);
    raw.set(made, html);
    if (known) known.replaceWith(made);
    else {
      made.classList.add("arrived");
      list.insertBefore(made, list.children[place] ?? null);
      arrived = true;
    }
    localise(made.parentElement);
  }
  return arrived;
}

/** Fetches this page again and swaps the parts that changed. Resolves to whether a list grew. */
async function follow() {
  let response;
  try {
    response = await fetch(location.href, { headers: { Accept: "text/html" } });
  } catch {
    document.getElementById("offline").hidden = false;
    return false;
  }
  document.getElementById("offline").hidden = true;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  let grown = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh) continue;
    if (part.dataset.live === "list") grown = merge(part, fresh) || grown;
    else if (raw.get(part) !== shape(fresh)) replace(part, fresh);
  }
  tick();
  return grown;
}

let running = null;
let again = false;

/** One request at a time: asked during one, another follows it. */
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = follow().finally(() => { running = null; }).then(async (grown) => {
    if (!again) return grown;
    again = false;
    return (await refresh()) || grown;
  });
  return running;
}

export function say(text) {
  document.getElementById("spoken").textContent = text;
}

async function copy(button) {
  const words = document.body.dataset;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = words.copied;
  } catch {
    button.textContent = words.cannotCopy;
  }
  say(`${button.dataset.label}: ${button.textContent}`);
  setTimeout(() => { button.textContent = before; }, 2000);
}

function show(button) {
  const [mask, secret] = document.getElementById(button.dataset.show).children;
  secret.textContent = secret.hidden ? secret.dataset.secret : "";
  [mask.hidden, secret.hidden] = [secret.hidden, mask.hidden];
  const words = [button.textContent, button.ariaLabel];
  [button.textContent, button.ariaLabel] = [button.dataset.other, button.dataset.otherLabel];
  [button.dataset.other, button.dataset.otherLabel] = words;
}

const menu = document.querySelector("details.person");

/** The menu of people closes when one looks elsewhere. */
document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) menu.open = false; });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  else if (button.dataset.show) show(button);
});

// On a narrow screen the services stand in one row that scrolls.
document.querySelector(".services [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });

remember();
localise(document);
tick();
setInterval(tick, 1000);

const pace = Number(document.querySelector("[data-refresh]")?.dataset.refresh);
if (pace) setInterval(() => { if (!document.hidden) refresh(); }, pace);
