// A form that takes its time: while its request is under way, shows what the server says it is doing, asked for at
// data-steps again and again. Without scripts the form works as any other.

const EVERY = 400;
const trouble = document.getElementById("trouble");

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt;
  if (!form.dataset.steps) return;
  const button = form.querySelector("button[type=submit]");
  button.dataset.rest = button.textContent;
  button.textContent = form.dataset.busy;
  form.ariaBusy = "true";
  trouble.hidden = true;
  follow(form);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  if (!form.dataset.steps || detail.xhr.getResponseHeader("HX-Redirect")) return;
  form.ariaBusy = null;
  form.querySelector("button[type=submit]").textContent = form.querySelector("button[type=submit]").dataset.rest;
  document.getElementById(form.dataset.stepsIn).hidden = true;
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => { trouble.hidden = false; });
}

// What is wrong is read out, and the next Tab leads into the form.
document.addEventListener("htmx:afterSettle", ({ target }) => target.querySelector("[role=alert][tabindex]")?.focus());

function follow(form) {
  const panel = document.getElementById(form.dataset.stepsIn);
  const address = `${form.dataset.steps}?run=${encodeURIComponent(form.elements.run.value)}`;
  const list = panel.querySelector("ol");
  let last = "";
  panel.hidden = false;
  const ask = async () => {
    try {
      const answer = await fetch(address);
      const steps = answer.ok ? (await answer.text()).trim() : "";
      if (steps && steps !== last) list.innerHTML = last = steps;
    } catch {
      // The answer to the form itself tells what became of it.
    }
    if (form.ariaBusy === "true") setTimeout(ask, EVERY);
  };
  setTimeout(ask, 50);
}
