// Reads the hub's event stream and tells: {state: "live" | "lost"}, {changed: [ids]}, {here: {...}}, {resync: true}.

const RETRY = 3000; // milliseconds; after an answer that is no stream (a proxy's 502) the browser gives up by itself

export function open(url, tell) {
  const connect = () => {
    const source = new EventSource(url);
    // Whatever happened while there was no stream is fetched anew.
    source.addEventListener("open", () => tell({ state: "live", resync: true }));
    source.addEventListener("changed", (event) => tell({ changed: JSON.parse(event.data).conversations }));
    source.addEventListener("here", (event) => tell({ here: JSON.parse(event.data).here }));
    source.addEventListener("resync", () => tell({ resync: true }));
    source.addEventListener("error", () => {
      // An answer that is no stream: whoever is signed out learns it from the parts fetched anew.
      const refused = source.readyState === EventSource.CLOSED;
      tell({ state: "lost", resync: refused });
      if (refused) setTimeout(connect, RETRY);
    });
  };
  connect();
  return true;
}
