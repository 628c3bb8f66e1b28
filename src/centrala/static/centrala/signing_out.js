// The tabs of one browser share one session: whoever signs out in one of them is told so in all.
import { forget } from "./drafts.js";

const NAME = "centrala";
const LEAVING = "leaving"; // the button was pressed
const OUT = "out"; // the page to sign in is shown, which nobody sees who is signed in

export function tell() {
  const channel = new BroadcastChannel(NAME);
  document.addEventListener("submit", ({ target }) => {
    if (!target.matches("[data-signs-out]")) return;
    forget();
    channel.postMessage(LEAVING);
  });
  if (document.querySelector("[data-signs-in]")) channel.postMessage(OUT);
}

export function hear() {
  new BroadcastChannel(NAME).addEventListener("message", ({ data }) => {
    if (data === LEAVING) forget();
    if (data === OUT) location.reload();
  });
}
