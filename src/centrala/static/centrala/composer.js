// The reply box: Enter sends, the counter counts, and what is typed survives errors and a look at another thread.
import { measure } from "./segments.js";

const drafts = new Map(); // by the form's address, in this page's memory only
let sent = "";

const box = () => document.getElementById("reply");

function count() {
  const field = box();
  const { characters, parts, alphabet, culprit } = measure(field.value.trim());
  const words = document.getElementById("reply-count");
  words.textContent = `${words.dataset.characters}: ${characters} · ${words.dataset.parts}: ${parts}`;
  const unicode = document.getElementById("reply-unicode");
  unicode.hidden = alphabet === "gsm";
  unicode.textContent = alphabet === "gsm" ? "" : unicode.dataset.text.replace("{character}", culprit);
}

function typed() {
  const field = box();
  drafts.set(field.form.action, field.value);
  count();
}

export function restore() {
  const field = box();
  if (!field) return;
  field.value ||= drafts.get(field.form.action) ?? "";
  count();
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

export function install() {
  document.addEventListener("input", (event) => event.target.id === "reply" && typed());
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
    box().focus();
  });
}
