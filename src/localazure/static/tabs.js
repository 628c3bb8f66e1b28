// A form whose sections become tabs, and the small things that spare a round trip. Without this it is one long form.

const form = document.querySelector("form.tabbed");
const panels = [...form.querySelectorAll("[data-tab]")];
const remembered = form.elements.tab;
const list = document.createElement("div");
list.setAttribute("role", "tablist");

const tabs = panels.map((panel) => {
  const title = panel.querySelector("h2");
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${panel.id}`;
  tab.textContent = title.textContent;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  title.hidden = true;
  tab.addEventListener("click", () => select(panel));
  list.append(tab);
  return tab;
});

function select(panel) {
  for (const [place, other] of panels.entries()) {
    other.hidden = other !== panel;
    tabs[place].setAttribute("aria-selected", String(other === panel));
    tabs[place].tabIndex = other === panel ? 0 : -1;
  }
  remembered.value = panel.id;
}

list.addEventListener("keydown", (event) => {
  const last = tabs.length - 1;
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tabs[to].focus();
  select(panels[to]);
});

// What the browser finds missing must be seen before it can be told.
form.addEventListener("invalid", (event) => select(event.target.closest("[data-tab]")), true);

function count(name) {
  const label = form.querySelector(`[data-counted="${name}"]`);
  const chosen = form.querySelectorAll(`[name="${name}"]:checked`).length;
  label.textContent = chosen ? `${label.dataset.some} ${chosen}` : label.dataset.none;
}

const selection = document.getElementById("select-endpoint");
const endpoint = document.getElementById("endpoint");

function confirm() {
  const shown = document.getElementById("endpoint-chosen");
  shown.textContent = endpoint.value.trim() || shown.dataset.none;
  selection.open = false;
  selection.querySelector("summary").focus();
}

form.addEventListener("change", (event) => { if (event.target.name === "event_type") count("event_type"); });
form.addEventListener("click", (event) => {
  if (event.target.value !== "confirm") return;
  event.preventDefault();
  confirm();
});
endpoint.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  confirm();
});
selection.addEventListener("toggle", () => { if (selection.open) endpoint.focus(); });

form.prepend(list);
select(panels.find((panel) => panel.id === form.dataset.selected) ?? panels[0]);
