// What every page does: tell the server the time zone, show that a form is on its way, copy values.
import { tell as tellOfSigningOut } from "./signing_out.js";

tellOfSigningOut();

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `timezone=${zone}; path=/; max-age=31536000; samesite=lax`;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.busy || event.defaultPrevented) return;
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
  const button = form.querySelector("button[type=submit]");
  button.dataset.rest = button.textContent;
  button.textContent = form.dataset.busy;
});

// A page taken back from the browser's memory must not look busy for ever.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[aria-busy=true]")) {
    const button = form.querySelector("button[type=submit]");
    form.ariaBusy = null;
    button.textContent = button.dataset.rest;
  }
});

// On a narrow screen the site map is a strip, in which the page that is open is seen.
const strip = document.querySelector(".site-map");
const here = strip?.querySelector("[aria-current]")?.getBoundingClientRect();
if (here) strip.scrollLeft = here.left + here.width / 2 - strip.clientWidth / 2;

// A list whose choice leads on by itself; without scripts its form has a button.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const value = document.getElementById(button.dataset.copy);
  const word = button.querySelector("span");
  button.dataset.rest ??= word.textContent;
  word.setAttribute("aria-live", "polite");
  word.textContent = (await copied(value)) ? button.dataset.done : button.dataset.failed;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { word.textContent = button.dataset.rest; }, 2500);
});

// Without a secure context there is no clipboard: the value is selected, ready for Ctrl+C.
async function copied(value) {
  try {
    await navigator.clipboard.writeText(value.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(value);
    return document.execCommand("copy");
  }
}

// What ends at a time says how long that is from now: 23:59:58.
const left = () => {
  for (const place of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.round((new Date(place.dataset.until) - Date.now()) / 1000));
    const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
    place.textContent = parts.join(":");
  }
};
if (document.querySelector("[data-until]")) setInterval(left, 1000);

// How long something is kept for who looks at the page; when that is over, the page says so.
let leaving = 0;

function countDown() {
  for (const place of document.querySelectorAll(".countdown[data-left]")) {
    const seconds = Math.max(0, Math.round((new Date(place.dataset.left) - Date.now()) / 1000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0 && !leaving) leaving = setTimeout(() => location.reload(), 2000);
  }
}
if (document.querySelector(".countdown[data-left]")) setInterval(countDown, 1000);
document.addEventListener("htmx:afterSwap", () => setInterval(countDown, 1000), { once: true });
