// Quick replies: a slash at the beginning of a word, or the button, opens a list above the reply box. What is chosen is
// put in where the cursor stood, with its slugs filled by the hub: so the counter counts what will be sent.

const part = (name) => document.getElementById(name);
let typedSlash = false;
let active = null;

const shown = () => [...part("quick-list").querySelectorAll("[role=option]:not([hidden])")];

function choose(option) {
  active?.setAttribute("aria-selected", "false");
  active = option ?? null;
  active?.setAttribute("aria-selected", "true");
  active?.scrollIntoView({ block: "nearest" });
  if (active) part("quick-find").setAttribute("aria-activedescendant", active.id);
  else part("quick-find").removeAttribute("aria-activedescendant");
}

function filter() {
  const asked = part("quick-find").value.trim().toLowerCase().replace(/^\//, "");
  for (const option of part("quick-list").children) option.hidden = !option.textContent.toLowerCase().includes(asked);
  const any = shown().length > 0;
  part("quick-list").hidden = !any;
  part("quick-find").setAttribute("aria-expanded", String(any));
  const { text, none } = part("quick-none").dataset;
  part("quick-none").textContent = any ? "" : part("quick-list").children.length ? text : none;
  // A shortcut that begins so comes before a text that only holds the word.
  choose(shown().find((option) => option.firstElementChild.textContent.slice(1).startsWith(asked)) ?? shown()[0]);
}

async function open(bySlash) {
  typedSlash = bySlash;
  part("quick").hidden = false;
  part("quick-find").value = "";
  part("quick-find").focus();
  await window.htmx.ajax("GET", part("quick-list").dataset.from, { target: "#quick-list", swap: "innerHTML" });
  if (part("quick") && !part("quick").hidden) filter();
}

function put(text) {
  const reply = part("reply");
  reply.focus();
  reply.setRangeText(text, reply.selectionStart, reply.selectionEnd, "end");
  reply.dispatchEvent(new Event("input", { bubbles: true }));
}

function close(text) {
  part("quick").hidden = true;
  active = null;
  part("quick-list").replaceChildren();
  put(text);
}

function beginsWord(field) {
  return field.selectionStart === 0 || /\s/.test(field.value[field.selectionStart - 1]);
}

const KEYS = {
  ArrowDown: () => choose(shown()[(shown().indexOf(active) + 1) % shown().length]),
  ArrowUp: () => choose(shown().at(shown().indexOf(active) - 1)),
  Enter: () => active && close(active.dataset.text),
  Escape: () => close(typedSlash ? "/" : ""), // which was meant as itself
};

export function install() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.target.id === "reply" && event.key === "/" && beginsWord(event.target)) {
      event.preventDefault();
      open(true);
    } else if (event.target.id === "quick-find" && KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  document.addEventListener("input", ({ target }) => target.id === "quick-find" && filter());
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (target.id === "quick-find" && relatedTarget && !part("quick")?.contains(relatedTarget)) part("quick").hidden = true;
  });
  // The list keeps the focus in the box above it.
  document.addEventListener("mousedown", (event) => event.target.closest?.("#quick-list") && event.preventDefault());
  document.addEventListener("click", ({ target }) => {
    const option = target.closest?.("#quick-list [role=option]");
    if (option) close(option.dataset.text);
    else if (target.closest?.("#quick-open")) open(false);
  });
}
