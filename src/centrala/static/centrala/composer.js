// The reply box: Enter sends, the counter counts, and what is typed survives errors, other threads and a reload.
import * as drafts from "./drafts.js";
import { measure, plain } from "./segments.js";

let sent = "";
let begun = false;

const conversation = () => document.getElementById("work").dataset.conversation;
// A page that was left while its message was on its way did not see it arrive.
const lastAnswer = () => [...document.querySelectorAll("#messages .outbound .bubble")].at(-1)?.textContent.trim();
const box = () => document.getElementById("reply");

function count() {
  const field = box();
  const { characters, parts, alphabet, culprit } = measure(field.value.trim());
  const words = document.getElementById("reply-count");
  words.textContent = `${words.dataset.characters}: ${characters} · ${words.dataset.parts}: ${parts}`;
  const unicode = document.getElementById("reply-unicode");
  unicode.hidden = alphabet === "gsm";
  unicode.textContent = alphabet === "gsm" ? "" : unicode.dataset.text.replace("{character}", culprit);
  document.getElementById("reply-plain").hidden = alphabet === "gsm" || measure(plain(field.value)).alphabet !== "gsm";
}

// The last that was to be seen when the answer was begun: the hub points out what somebody else answered since.
function know() {
  const last = [...document.querySelectorAll("#messages .message")].at(-1);
  document.getElementById("reply-known").value = last?.dataset.order ?? "";
}

function typed() {
  const field = box();
  if (!field.value || !begun) know();
  begun = field.value !== "";
  drafts.keep(conversation(), field.value);
  count();
}

export function restore() {
  const field = box();
  if (!field) return;
  begun = false;
  const draft = drafts.kept(conversation());
  if (!field.value && draft.trim() !== lastAnswer()) field.value = draft;
  typed();
}

function refused(wrong) {
  const field = box();
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// What was typed since the message left stays.
function clearSent() {
  const field = box();
  if (field.value.startsWith(sent)) field.value = field.value.slice(sent.length);
  refused(false);
  typed();
}

export function install(person) {
  drafts.begin(person);
  document.addEventListener("input", (event) => event.target.id === "reply" && typed());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#reply-plain")) return;
    box().value = plain(box().value);
    typed();
    box().focus();
  });
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!sends || event.target.id !== "reply") return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target.id === "composer") sent = box().value;
  });
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target.id !== "composer") return;
    if (detail.xhr.status === 200) clearSent();
    else refused(detail.xhr.status === 422);
    if ([200, 422].includes(detail.xhr.status)) know();
    box().focus();
  });
}
