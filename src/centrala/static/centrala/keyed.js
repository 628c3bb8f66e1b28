// Two ways for htmx to swap a list whose rows have ids, so that focus, scrolling and screen readers keep their place:
// "reconcile" makes it equal to what came; "merge" adds and replaces in the order of data-order, and removes nothing.

// A countdown, and the time that somebody waits or talks, which scripts keep going, are no difference; nor is the button
// of a call that this tab is in.
function still(node) {
  const copy = node.cloneNode(true);
  for (const countdown of copy.querySelectorAll("[data-left]")) countdown.remove();
  for (const counted of copy.querySelectorAll("[data-since], [data-elapsed], .talk .word")) counted.textContent = "";
  for (const button of copy.querySelectorAll(".talk")) button.hidden = false;
  return copy;
}

function replaceIfChanged(old, fresh) {
  if (old.isEqualNode(fresh) || still(old).isEqualNode(still(fresh))) return old;
  old.replaceWith(fresh);
  return fresh;
}

function reconcile(list, fresh) {
  const wanted = [...fresh.children];
  const ids = new Set(wanted.map((row) => row.id));
  for (const row of [...list.children]) if (!ids.has(row.id)) row.remove();
  const changed = [];
  wanted.forEach((row, place) => {
    const old = document.getElementById(row.id);
    const kept = old ? replaceIfChanged(old, row) : row;
    if (list.children[place] !== kept) list.insertBefore(kept, list.children[place] ?? null);
    if (kept === row) changed.push(row);
  });
  return changed;
}

function place(parent, child) {
  const next = [...parent.children].find((other) => other.dataset.order > child.dataset.order);
  parent.insertBefore(child, next ?? null);
}

function merge(target, fresh) {
  const changed = [];
  for (const day of [...fresh.children]) {
    const old = document.getElementById(day.id);
    if (old) changed.push(...mergeMessages(old.querySelector("ol"), day.querySelector("ol")));
    else {
      place(target, day);
      changed.push(...day.querySelectorAll(".message"));
    }
  }
  return changed;
}

function mergeMessages(list, fresh) {
  const changed = [];
  for (const message of [...fresh.children]) {
    const old = document.getElementById(message.id);
    if (old) {
      if (replaceIfChanged(old, message) === message) changed.push(message);
    } else {
      message.classList.add("new");
      place(list, message);
      changed.push(message);
    }
  }
  return changed;
}

// Moving a row takes the focus from it.
function keepingFocus(act) {
  const focused = document.activeElement?.id;
  const result = act();
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  return result;
}

// What was at the bottom stays there; otherwise what is being read does not move.
function keepingPlace(target, act) {
  const scroller = target.closest(".scroller");
  const atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  const watched = firstVisible(scroller);
  const before = watched?.getBoundingClientRect().top;
  const last = target.querySelector(".day:last-child .message:last-child")?.id;
  const result = act();
  const grown = target.querySelector(".day:last-child .message:last-child")?.id !== last;
  if (atBottom && grown) scroller.scrollTop = scroller.scrollHeight;
  else if (watched?.isConnected) scroller.scrollTop += watched.getBoundingClientRect().top - before;
  if (!atBottom && grown) target.dispatchEvent(new CustomEvent("thread:below", { bubbles: true }));
  return result;
}

function firstVisible(scroller) {
  const top = scroller.getBoundingClientRect().top;
  return [...scroller.querySelectorAll(".message")].find((message) => message.getBoundingClientRect().bottom > top);
}

export function install(htmx) {
  htmx.defineExtension("keyed", {
    handleSwap(style, target, fragment) {
      if (style === "reconcile") return keepingFocus(() => reconcile(target, fragment));
      if (style === "merge") return keepingPlace(target, () => merge(target, fragment));
      return false;
    },
  });
}
