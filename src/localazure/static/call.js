// The telephone's calls: it calls, is called, speaks and hears. The line stays open as long as the page, so that it rings.

import { say } from "./portal.js";
import { Audio } from "./audio.js";

const AGAIN = 1000; // milliseconds until a broken line is tried again
const panel = document.getElementById("call");
const words = panel.dataset;
const title = document.title;
const part = Object.fromEntries(
  ["call-with", "call-state", "call-time", "call-fault", "answer", "mute", "keys-shown", "hang-up", "dismiss", "keypad", "dial",
    "carrier", "carrier-number", "carrier-trunk", "carrier-dial", "carrier-fault"]
    .map((id) => [id, document.getElementById(id)]),
);
const address = new URL(`/telephone/line?number=${encodeURIComponent(words.number)}`, location.href);
address.protocol = address.protocol.replace("http", "ws");
const audio = new Audio({ spoken: (piece) => { if (state === "talks" && !muted) line.send(piece); } });
let line = null;
let state = "free";
let muted = false;
let since = 0;
let dialled = part.dial ?? part["carrier-dial"]; // the button that called last

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const open = () => line?.readyState === WebSocket.OPEN;

/** As the page writes that number elsewhere. */
function written(number) {
  return document.getElementById(`contact-${number.slice(1)}`)?.querySelector(".who").textContent ?? number;
}

function tell(asked) {
  if (open()) line.send(JSON.stringify(asked));
  return open();
}

function connect() {
  line = new WebSocket(address);
  line.binaryType = "arraybuffer";
  line.onmessage = ({ data }) => (typeof data === "string" ? hear(JSON.parse(data)) : audio.hear(data));
  line.onclose = () => {
    if (state !== "free" && state !== "over" && state !== "closed") over(words.gone);
    if (state !== "closed") setTimeout(connect, AGAIN);
  };
}

function hear(told) {
  if (told.refused !== undefined) over(fill(words.refused, { reason: told.refused }));
  else if (told.state === "free") return;
  else if (told.state === "closed") elsewhere();
  else if (told.state === "over") over(words[told.why]);
  else become(told.state, told.with);
}

function become(now, number) {
  state = now;
  if (number) part["call-with"].textContent = written(number);
  part["call-state"].textContent = words[now];
  if (now === "talks") since = Date.now();
  audio.sound({ calling: "ring back", rings: "ring" }[now]);
  say(`${words[now]}: ${part["call-with"].textContent}`);
  show();
  panel.scrollIntoView({ block: "nearest" });
}

function show() {
  const live = ["calling", "rings", "talks"].includes(state);
  panel.hidden = state === "free";
  part.answer.hidden = state !== "rings";
  part.mute.hidden = part["keys-shown"].hidden = state !== "talks";
  part["hang-up"].hidden = !live;
  part["hang-up"].lastElementChild.textContent = state === "rings" ? words.decline : words.hangUp;
  part.dismiss.hidden = live || state === "free";
  for (const button of [part.dial, part["carrier-dial"]]) if (button) button.disabled = live;
  if (state !== "talks") part.keypad.hidden = true;
  part["keys-shown"].setAttribute("aria-expanded", String(!part.keypad.hidden));
  document.title = state === "rings" ? `${words.rings} · ${title}` : title;
  clock();
}

function over(why) {
  const had = panel.contains(document.activeElement);
  state = "over";
  audio.close();
  mute(false);
  part["call-state"].textContent = why;
  part["call-fault"].textContent = "";
  say(why);
  show();
  if (had) part.dismiss.focus();
}

function elsewhere() {
  over(words.closed);
  state = "closed";
}

async function listen() {
  part["call-fault"].textContent = "";
  const reason = await audio.open();
  if (reason) part["call-fault"].textContent = fill(words.deaf, { reason });
}

async function dial(button, to, through = "") {
  dialled = button;
  part["call-with"].textContent = written(to);
  if (!open()) {
    over(words.gone);
    return;
  }
  await listen();
  tell({ do: "call", to, through });
  part["hang-up"].hidden = panel.hidden = false;
  part["hang-up"].focus();
}

function dialByCarrier(event) {
  event.preventDefault();
  const number = part["carrier-number"];
  const empty = number.value.trim() === "";
  number.toggleAttribute("aria-invalid", empty);
  part["carrier-fault"].textContent = empty ? part.carrier.dataset.empty : "";
  if (empty) number.focus();
  else dial(part["carrier-dial"], number.value, part["carrier-trunk"].value);
}

async function answer() {
  audio.sound();
  await listen();
  tell({ do: "answer" });
  part["hang-up"].focus();
}

function mute(on) {
  muted = on;
  part.mute.setAttribute("aria-pressed", String(on));
}

function press(key) {
  if (state !== "talks") return;
  audio.key(key);
  tell({ do: "press", key });
}

function keypad() {
  part.keypad.hidden = !part.keypad.hidden;
  part["keys-shown"].setAttribute("aria-expanded", String(!part.keypad.hidden));
}

function dismiss() {
  if (state === "closed") connect();
  state = "free";
  show();
  dialled?.focus();
}

function clock() {
  const seconds = Math.floor((Date.now() - since) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  part["call-time"].textContent = state === "talks" ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : "";
}

part.dial?.addEventListener("click", () => dial(part.dial, part.dial.dataset.to));
part.carrier?.addEventListener("submit", dialByCarrier);
part.answer.addEventListener("click", answer);
part["hang-up"].addEventListener("click", () => { if (!tell({ do: "hang_up" })) over(words.gone); });
part.mute.addEventListener("click", () => mute(!muted));
part["keys-shown"].addEventListener("click", keypad);
part.dismiss.addEventListener("click", dismiss);
part.keypad.addEventListener("click", (event) => { if (event.target.dataset.key) press(event.target.dataset.key); });
panel.addEventListener("keydown", (event) => {
  if (/^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) press(event.key);
});
setInterval(clock, 1000);
show();
connect();
