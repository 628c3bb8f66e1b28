// The agent's telephone above the desk: it joins a call that is accepted or picked in this tab, and stays in it whatever
// the desk shows meanwhile. Which calls are the agent's own, the hub says in the list #calls.
import { install as installDevices } from "./devices.js";
import * as keypad from "./keypad.js";
import { open } from "./sound.js";
import { Talking } from "./talking.js";

const HERE = "centrala-call"; // in this tab: the conversation whose call it is in, so that it joins it after a reload
const TAKES = /\/(accept|pick)$/;
const TAKEN = 15_000; // milliseconds within which a call that was asked for is there
const LAST_WORD = 2_000;
const STAYS = 10_000; // milliseconds that the last word of a call stays
const FRAME = 0.02; // seconds
const AGAIN = ["elsewhere", "gone"]; // after these words it is joined again
const IN = ["talking", "held", "listening", "coaching", "joined", "consulted", "conferring"];
const ASKED_IN = ["consulted", "outside"];
const SUPERVISES = ["listening", "coaching", "joined"];

const part = (name) => document.getElementById(name);
const words = (word) => (part("phone").dataset[word] ?? word).replace("{name}", now?.name ?? ""); // or the hub's own
const rows = () => [...part("calls").children];
const post = async (address, given = {}) => {
  const csrfmiddlewaretoken = document.querySelector("#acting [name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ csrfmiddlewaretoken, ...given });
  const answer = await fetch(address, { method: "POST", body });
  return answer.status === 200 || answer.status === 422 ? answer.json() : {};
};

// {call, address, talking, sound, muted, mode}: the call that this tab is in, or is about to be; of somebody else's also
// {role, name}, what this one is in it (a supervisor's part, or consulted) and whose it is.
let now;
let asked = -Infinity; // when a call was asked for in this tab
let again; // the call that this tab was in and might join again
let fading;
let there = []; // who is heard besides

function say(word) {
  clearTimeout(fading);
  if (part("phone-words").textContent !== words(word)) part("phone-words").textContent = words(word);
}

function show() {
  const mode = now?.mode;
  part("phone").dataset.mode = mode ?? "";
  part("phone-talk").hidden = !IN.includes(mode);
  part("phone-hold").hidden = part("phone-keys").hidden = Boolean(now?.role);
  part("phone-mute").hidden = now?.role === "listening";
  part("phone-roles").hidden = !SUPERVISES.includes(now?.role);
  for (const button of part("phone-roles").querySelectorAll("[data-role]")) {
    button.setAttribute("aria-pressed", String(button.dataset.role === now?.role));
  }
  part("phone-mute").setAttribute("aria-pressed", String(Boolean(now?.muted)));
  part("phone-hold").setAttribute("aria-pressed", String(mode === "held"));
  for (const row of rows()) {
    const button = row.querySelector(".talk");
    const word = words(row.dataset.call === again ? "again" : "talk");
    button.hidden = row.dataset.call === now?.call;
    if (button.querySelector(".word").textContent !== word) button.querySelector(".word").textContent = word;
  }
  showHearing();
}

// Whoever keeps a call company is not offered to listen to it.
function showHearing() {
  const hear = part("hear");
  if (hear) hear.parentElement.hidden = hear.dataset.call === now?.call;
}

function turn(mode) {
  if (!now) return;
  now.mode = mode;
  say(mode === "talking" && now.muted ? "muted" : mode);
  meet(there);
  show();
}

// What was somebody else's call is one's own: its sound goes on.
function inherit(mine) {
  Object.assign(mine, { role: undefined, address: mine.address.replace(/consulted$/, "talk") });
  mine.talking.address = mine.address;
  sessionStorage.setItem(HERE, mine.call);
}

function meet(people) {
  there = people;
  const told = there.map(({ name, role }) => part("phone").dataset[`${heardAs(role)}You`].replace("{name}", name)).join(" ");
  if (part("phone-company").textContent !== told) part("phone-company").textContent = told;
}

// Whom the agent asked in hears the agent alone while the customer is on hold, and all hear each other else.
const heardAs = (role) => (ASKED_IN.includes(role) && now?.mode === "talking" ? "joined" : role);

function miss(seconds) {
  const missing = seconds + now.talking.lost * FRAME;
  if (missing < 0.1) return;
  part("phone-missing").textContent = part("phone").dataset.missing.replace("{seconds}", missing.toFixed(1));
}

function stop(word) {
  if (!now) return;
  const { call, talking, sound, role } = now;
  now = undefined; // first: what ends now tells of it
  talking?.end(word);
  sound?.close();
  again = AGAIN.includes(word) && !SUPERVISES.includes(role) ? call : undefined;
  sessionStorage.removeItem(HERE);
  part("phone-missing").textContent = "";
  meet([]);
  keypad.forget();
  say(word);
  fading = setTimeout(() => { part("phone-words").textContent = ""; }, rows().length ? STAYS * 6 : STAYS);
  show();
}

const only = ({ call, address, role, name }) => ({ call, address, role, name });
const join = ({ dataset: { call, talk, role, name } }) => enter({ call, address: talk, role, name });

async function enter(call) {
  if (now) stop("lost");
  const mine = now = { ...call, mode: "joining", muted: false };
  turn("joining");
  try {
    mine.sound = await open({
      said({ frame, level }) {
        part("level-own").value = mine.muted ? part("level-own").min : level;
        mine.talking?.send(frame);
      },
      heard({ level, lost }) {
        part("level-customer").value = level;
        if (now === mine && mine.talking) miss(lost);
      },
      unplugged: () => now === mine && stop("unplugged"),
      silent: mine.role === "listening",
    });
  } catch (error) {
    if (now === mine) stop(error.word ?? "silent");
    return;
  }
  if (now !== mine) return mine.sound.close(); // it ended meanwhile
  if (!SUPERVISES.includes(mine.role)) sessionStorage.setItem(HERE, mine.call);
  mine.talking = new Talking({
    address: mine.address,
    post,
    mode(mode) {
      if (now !== mine) return;
      if (mode === "yours") inherit(mine);
      else turn(mode);
    },
    over: (word) => now === mine && stop(word),
    company: (people) => now === mine && meet(people),
    key: (key) => now === mine && keypad.heard(key),
    words: (said) => document.dispatchEvent(new CustomEvent("call:words", { detail: { call: mine.call, ...said } })),
    play: (frame) => mine.sound.play(frame),
  });
}

function mute() {
  now.muted = !now.muted;
  now.sound.mute(now.muted);
  turn(now.mode);
}

// Other devices: the call goes on, its sound begins anew.
function renew() {
  if (now?.sound) enter(only(now));
}

const gone = ({ call }) => !rows().some((row) => row.dataset.call === call);

// The hub says how a call ended, or whose it is now, in the call's socket, which may be slower than the list; and of a
// call that was handed over in this moment the list may be slower.
function over(mine) {
  setTimeout(() => {
    if (now !== mine || !gone(mine)) return;
    stop(mine.role ? "parted" : "over");
    look(); // the next call may be there already
  }, LAST_WORD);
}

// The list of calls has changed.
function look() {
  const calls = rows();
  const kept = sessionStorage.getItem(HERE);
  if (now && !SUPERVISES.includes(now.role) && gone(now)) over(now);
  const fresh = performance.now() - asked < TAKEN; // whoever takes another call leaves that of a colleague
  const others = calls.filter((row) => row.dataset.call !== now?.call);
  const wanted = fresh && now?.role ? others.at(-1) : (calls.find((row) => row.dataset.call === kept) ?? calls.at(-1));
  const here = wanted && (wanted.dataset.call === kept || fresh);
  if ((!now || now.role) && here && wanted.dataset.call !== now?.call) {
    asked = -Infinity;
    join(wanted);
  }
  show();
}

export const taken = () => now !== undefined || performance.now() - asked < TAKEN;

export function install() {
  keypad.install({ post, address: () => rows().find((row) => row.dataset.call === now?.call)?.dataset.keys });
  installDevices({ open, words, changed: renew });
  document.addEventListener("click", ({ target }) => {
    const row = target.closest(".talk")?.closest("li");
    const hear = target.closest("#hear");
    if (row) join(row);
    if (hear) enter({ call: hear.dataset.call, address: hear.dataset.hear, role: "listening", name: hear.dataset.name });
    if (TAKES.test(target.closest("[formaction]")?.getAttribute("formaction") ?? "")) asked = performance.now();
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-dials]")) asked = performance.now();
  });
  part("phone-mute").addEventListener("click", mute);
  part("phone-roles").addEventListener("click", ({ target }) => {
    const role = target.closest("[data-role]")?.dataset.role;
    if (now && role && role !== now.role) enter({ ...only(now), role, address: now.address.replace(now.role, role) });
  });
  part("phone-leave").addEventListener("click", () => stop("parted"));
  part("phone-hold").addEventListener("click", () => now.talking.hold(now.mode !== "held"));
  document.addEventListener("securitypolicyviolation", (event) => {
    if (event.effectiveDirective === "connect-src" && event.blockedURI.startsWith("ws")) stop("old");
  });
  document.addEventListener("htmx:afterSettle", showHearing);
  window.addEventListener("beforeunload", (event) => now?.talking && event.preventDefault());
  new MutationObserver(look).observe(part("calls"), { childList: true });
  look();
}
