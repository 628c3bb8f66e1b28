// The box for internal notes: what is typed survives other threads and errors, and what was saved makes room.
import * as drafts from "./drafts.js";

const draft = () => `${document.getElementById("work").dataset.conversation} note`;
const box = () => document.getElementById("note");

export function restore() {
  const field = box();
  if (!field) return;
  field.value ||= drafts.kept(draft());
  document.getElementById("noting").open ||= field.value !== "";
}

export function install() {
  document.addEventListener("input", ({ target }) => target.id === "note" && drafts.keep(draft(), target.value));
  document.addEventListener("toggle", ({ target }) => {
    if (target.id !== "noting" || !target.open || !target.contains(document.activeElement)) return;
    box().focus();
    target.scrollIntoView({ block: "nearest" }); // with its button
  }, true);
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target.id !== "note-form" || detail.xhr.status !== 200) return;
    box().value = "";
    drafts.keep(draft(), "");
    const noting = document.getElementById("noting");
    noting.open = false;
    noting.querySelector("summary").focus();
  });
}
