// The desk: the list, the open thread, the live stream. See composer.js, keyed.js and live.js for their parts.
import * as alerts from "./alerts.js";
import { install as installClock } from "./clock.js";
import * as company from "./company.js";
import * as composer from "./composer.js";
import { install as installDialler } from "./dialler.js";
import { install as installKeyed } from "./keyed.js";
import { start } from "./live.js";
import * as noting from "./noting.js";
import * as offers from "./offers.js";
import { install as installQuickReplies } from "./quick_replies.js";
import { hear as hearOfSigningOut } from "./signing_out.js";
import { install as installTags } from "./tags.js";
import { install as installTelephone, taken } from "./telephone.js";
import { install as installWaiting } from "./waiting.js";

const WIDE = matchMedia("(min-width: 720px)");
const title = () => document.title.replace(/^(● )?(\(\d+\+?\) )?/, "");

installKeyed(window.htmx);
composer.install(document.body.dataset.person);
hearOfSigningOut();
offers.install();
alerts.install({ taken });
installTags();
installWaiting();
installQuickReplies();
noting.install();
company.install();
installClock();
installTelephone();
installDialler();

function toBottom() {
  const scroller = document.getElementById("scroller");
  if (scroller) scroller.scrollTop = scroller.scrollHeight;
}

// The list follows the address: which row is open, where a filter and another language lead.
function follow() {
  company.follow();
  const row = `open-${document.getElementById("work").dataset.conversation}`;
  for (const link of document.querySelectorAll("#list a")) {
    if (link.id === row) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const tab of document.querySelectorAll(".list-pane .tabs a")) tab.pathname = location.pathname;
  document.getElementById("search").action = location.pathname;
  document.querySelector(".language [name=next]").value = location.pathname + location.search;
  const unread = document.querySelectorAll("#list [data-unread]").length;
  document.title = (offers.any() ? "● " : "") + (unread ? `(${unread}) ` : "") + title();
}

// What was refused, else where one writes, else the heading: on a narrow screen a keyboard would hide what is read.
function firstField() {
  const refused = document.querySelector("#work [aria-invalid='true']");
  const wide = WIDE.matches && document.querySelector("#reply, #dial [name=number]");
  return refused || wide || document.getElementById("thread-title") || document.body;
}

function opened({ focus }) {
  toBottom();
  composer.restore();
  noting.restore();
  if (focus) firstField().focus();
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "work") {
    opened({ focus: true });
    document.getElementById("refusal").replaceChildren();
  }
  // The button that asked for older messages has been replaced, or has gone.
  const asked = detail.requestConfig?.elt;
  if (asked?.closest("#older") && !asked.isConnected) {
    (document.querySelector("#older button") ?? document.getElementById("scroller")).focus({ preventScroll: true });
  }
  follow();
});
document.addEventListener("htmx:historyRestore", () => {
  opened({ focus: false });
  follow();
});

// What somebody looks at has been read; a tab in the background says so when it comes to the front and refreshes.
function seen() {
  const state = document.getElementById("thread-state");
  if (document.hidden || !state || state.dataset.unread === undefined) return;
  delete state.dataset.unread;
  window.htmx.trigger("#seen", "seen");
}
document.addEventListener("htmx:load", seen);

// Trouble is told until what failed works, or is not there any more: a list that is fetched meanwhile says nothing of it.
const trouble = document.getElementById("trouble");
let culprit;
const failed = ({ detail }) => {
  if (detail.xhr?.status === 422) return;
  culprit = detail.elt;
  trouble.textContent = trouble.dataset.text;
  trouble.hidden = false;
};
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:timeout", failed);
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.elt === culprit || !culprit?.isConnected) trouble.hidden = true;
});

// New messages below what is being read.
document.addEventListener("thread:below", () => { document.getElementById("jump").hidden = false; });
document.addEventListener("click", (event) => {
  if (!event.target.closest("#jump")) return;
  toBottom();
  document.getElementById("scroller").focus({ preventScroll: true });
});
document.addEventListener("scroll", ({ target }) => {
  if (target.id !== "scroller") return;
  if (target.scrollHeight - target.scrollTop - target.clientHeight < 40) document.getElementById("jump").hidden = true;
}, true);

// What was refused is read, and then put away.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) document.getElementById("refusal").replaceChildren();
});

// Arrow keys walk the list, also from the search above it.
document.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && event.target.matches?.("#search input")) {
    event.preventDefault();
    document.querySelector("#list a")?.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest?.("#list li");
  if (!step || !row) return;
  event.preventDefault();
  (step > 0 ? row.nextElementSibling : row.previousElementSibling)?.querySelector("a, button")?.focus();
});

opened({ focus: false });
follow();
start(document.body.dataset);
