// Turns what the stream tells into events on <body>: live:changed {ids}, then, at most five times a second,
// live:list and live:thread, on which the page's parts fetch themselves anew.
import { open } from "./stream.js";

const PACE = 200; // milliseconds between two rounds
const HIDDEN_PACE = 5000; // a tab nobody looks at keeps its title up to date, no more
const waiting = { list: false, thread: false };
let meanwhile; // while a conversation is on its way to the page: what changed, and may be missing in it
let timer;
let lastRound = -Infinity;

const shown = () => document.getElementById("work").dataset.conversation;

function announce(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

function round() {
  timer = undefined;
  lastRound = performance.now();
  for (const part of Object.keys(waiting)) {
    if (!waiting[part]) continue;
    waiting[part] = false;
    announce(`live:${part}`);
  }
}

function soon({ list, thread }) {
  waiting.list ||= list;
  waiting.thread ||= thread;
  const pace = document.hidden ? HIDDEN_PACE : PACE;
  timer ??= setTimeout(round, Math.max(0, lastRound + pace - performance.now()));
}

function show(state) {
  const sign = document.getElementById("connection");
  sign.dataset.state = state;
  sign.querySelector(".word").textContent = sign.dataset[state];
}

function hear({ state, changed, here, resync }) {
  if (state) show(state);
  if (state === "live") announce("live:on");
  if (here) announce("live:here", here);
  if (resync) soon({ list: true, thread: true });
  if (!changed) return;
  announce("live:changed", { ids: changed });
  for (const id of changed) meanwhile?.add(id);
  soon({ list: true, thread: changed.includes(shown()) });
}

function share(url, script, name) {
  const worker = new SharedWorker(script, { type: "module", name });
  worker.port.addEventListener("message", ({ data }) => hear(data));
  worker.port.start();
  worker.port.postMessage({ url });
  window.addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
}

export function start({ stream, worker, person }) {
  const url = new URL(stream, location).href;
  // The name keeps two people who use one browser, one after the other, apart.
  if (window.SharedWorker) share(url, worker, `centrala-live-${person}`);
  else open(url, hear);
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target?.id === "work") meanwhile = new Set();
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id !== "work") return;
    if (meanwhile?.has(shown())) soon({ list: false, thread: true });
    meanwhile = undefined;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    clearTimeout(timer);
    timer = undefined;
    soon({ list: false, thread: true });
  });
  // A page back from the browser's memory has left its worker.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
