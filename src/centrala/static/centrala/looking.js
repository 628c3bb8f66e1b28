// The part of a page that takes its time to come. Where it does not come, it says so in place of waiting for ever.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => {
    detail.elt.ariaBusy = null;
    document.getElementById("looking").hidden = true;
    document.getElementById("no-answer").hidden = false;
  });
}
