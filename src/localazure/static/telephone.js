// The telephone: sends what is typed, follows what arrives.

import { refresh } from "./portal.js";
import { Line } from "./line.js";

const PACE = 1000; // milliseconds between looks where no stream tells
const SLOW = 3; // paces between looks where one does: it does not tell whether anybody listens
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const thread = document.querySelector(".thread");
const fault = document.getElementById("fault");
const count = document.getElementById("count");
const words = composer.dataset;
const limit = Number(words.limit);
const number = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: "always" });
const title = document.title;
const line = new Line(`/_local/stream?number=${encodeURIComponent(words.from)}`, { heard: look, lost });
let unread = 0;
let nearEnd = true;
let paces = 0;

const length = () => [...text.value].length;
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const counted = (pattern) => fill(pattern, { count: number.format(length()), limit: number.format(limit) });
const toEnd = () => { thread.scrollTop = thread.scrollHeight; };

async function look() {
  const followed = nearEnd;
  const grown = await refresh();
  const any = document.getElementById("thread").children.length > 0;
  document.getElementById("no-texts")?.toggleAttribute("hidden", any);
  if (grown && followed) toEnd();
  if (grown && document.hidden) document.title = `(${++unread}) ${title}`;
}

function lost() {
  document.getElementById("offline").hidden = false;
}

function measure() {
  const over = length() > limit;
  text.toggleAttribute("aria-invalid", over);
  if (over) text.setAttribute("aria-invalid", "true");
  fault.textContent = over ? counted(words.over) : "";
  count.textContent = !over && length() > limit - 200 ? counted(words.near) : "";
  return !over;
}

async function post() {
  const body = JSON.stringify({ from: words.from, to: words.to, text: text.value });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/_local/sms", { method: "POST", headers, body });
  if (response.ok) return "";
  const answer = await response.json();
  return fill(words.refused, { reason: answer.error.message });
}

async function send() {
  if (composer.hasAttribute("aria-busy") || !measure()) return;
  if (!text.value.trim()) {
    fault.textContent = words.empty;
    text.focus();
    return;
  }
  composer.setAttribute("aria-busy", "true");
  try {
    fault.textContent = await post();
  } catch {
    fault.textContent = words.unreachable;
  } finally {
    composer.removeAttribute("aria-busy");
  }
  if (!fault.textContent) {
    text.value = "";
    measure();
    await look();
    toEnd();
  }
  text.focus();
}

function suggest(event) {
  const suggestion = event.target.dataset.suggestion;
  if (!suggestion) return;
  text.value = suggestion;
  measure();
  text.focus();
}

// Somebody looks at the telephone, or no longer does.
function attend() {
  if (document.hidden) {
    line.close();
    return;
  }
  unread = 0;
  document.title = title;
  line.open();
}

function pace() {
  paces += 1;
  if (!document.hidden) line.open();
  if (!document.hidden && !line.isOpen || paces % SLOW === 0) look();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
text.addEventListener("input", measure);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
document.getElementById("no-texts")?.addEventListener("click", suggest);
new ResizeObserver(() => { if (nearEnd) toEnd(); }).observe(thread); // the thread shrinks as the text grows
thread.addEventListener("scroll", () => {
  nearEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
});
document.addEventListener("visibilitychange", attend);
setInterval(pace, PACE);
attend();
measure();
toEnd();
// Beside the telephone there is room for a keyboard to begin at once; on a small screen it would hide the page.
if (matchMedia("(min-width: 861px)").matches) text.focus({ preventScroll: true });
