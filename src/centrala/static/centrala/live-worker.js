// One event stream for all tabs of this browser: browsers allow six connections to a host, and each tab needs some.
import { open } from "./stream.js";

const ports = new Set();
let state = "wait";

function tell(message) {
  if (message.state) state = message.state;
  for (const port of ports) port.postMessage(message);
}

let stream;
self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.bye) ports.delete(port);
    if (data.url) stream ??= open(data.url, tell);
  });
  port.start();
  // What changed between the page's rendering and now, this tab has not heard of.
  if (state === "live") port.postMessage({ state, resync: true });
});
