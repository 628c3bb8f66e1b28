// The keypad of the call that this tab is in, and the keys that the customer pressed.
const KEY = /^[0-9*#A-Da-d]$/;
const SHOWN = 24; // keys; those before are forgotten
const MOST = 20; // keys that the hub takes at once
const SOUNDS = 500; // milliseconds of each: keys that come into those before them would silence them

const part = (id) => document.getElementById(id);
let own = "";
let theirs = "";

function show() {
  part("keypad-words").textContent = own && part("keypad-words").dataset.pressed.replace("{keys}", own);
  part("phone-pressed").textContent = theirs && part("phone-pressed").dataset.words.replace("{keys}", theirs);
}

export function heard(key) {
  theirs = (theirs + key).slice(-SHOWN);
  show();
}

export function forget() {
  own = theirs = "";
  part("keypad").hidePopover();
  show();
}

// `post(address, {keys})` answers what the hub says; `address()` is that of the call, undefined without one.
export function install({ post, address }) {
  let waiting = "";
  let sounding = false;
  const send = async () => {
    sounding = true;
    while (waiting && address()) {
      const keys = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      const { refused } = await post(address(), { keys }).catch(() => ({}));
      if (refused) part("keypad-words").textContent = refused;
      else await new Promise((done) => setTimeout(done, keys.length * SOUNDS));
    }
    waiting = "";
    sounding = false;
  };
  const press = (key) => {
    own = (own + key).slice(-SHOWN);
    show();
    waiting += key;
    if (!sounding) send();
  };
  part("keypad").addEventListener("click", ({ target }) => {
    const key = target.closest("[data-key]")?.dataset.key;
    if (key) press(key);
  });
  part("keypad").addEventListener("keydown", (event) => {
    if (KEY.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) press(event.key.toUpperCase());
  });
}
