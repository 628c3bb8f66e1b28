// One call's socket: sound both ways, words about how the call stands, and joining again when it breaks.
const REJOINS = 90_000; // milliseconds; the hub keeps the call for the agent as long
const AGAIN = [500, 1000, 2000]; // milliseconds before another try; then always the last
const WAITING = 10 * 640; // bytes on their way out, 200 ms: what comes then would be heard too late
const SPEAKS = ["talking", "coaching", "joined", "consulted", "conferring"];
const STAYS_OVER = ["over", "elsewhere", "waiting", "uninvited"];

// `post` asks the hub for the socket's address. Tells `mode(word)`, at its end `over(word or the hub's reason)`,
// `company([{name, role}])` of those who are heard besides, `key(key)` that the customer pressed,
// `words({speaker, text, final})` of what is said as text, and `play(frame)`.
export class Talking {
  constructor({ address, post, mode, over, company, key, words, play }) {
    Object.assign(this, { address, post, mode, over, company, key, words, play });
    this.lost = 0; // frames that did not leave
    this.ended = false;
    this.connect();
  }

  async connect() {
    let answer;
    try {
      answer = await this.post(this.address);
    } catch {
      return this.retry(); // the hub is away
    }
    if (this.ended) return undefined;
    if (answer.refused) return this.end(answer.refused);
    if (!answer.address) return this.retry();
    return this.dial(answer.address);
  }

  dial(address) {
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => (typeof data === "string" ? this.hear(data) : this.play(data)));
    socket.addEventListener("close", () => this.socket === socket && this.retry());
    this.socket = socket;
  }

  hear(words) {
    const { kind, mode, people, key, ending, ...said } = JSON.parse(words);
    if (kind === "words") this.words(said);
    if (kind === "company") {
      this.accompanied = people.length > 0;
      this.company(people);
    }
    if (kind === "key") this.key(key);
    if (kind !== "mode") return;
    this.since = undefined;
    this.tried = 0;
    this.now = mode;
    if (STAYS_OVER.includes(mode)) this.end(ending ? `ended${ending}` : mode);
    else this.mode(mode);
  }

  retry() {
    if (this.ended) return;
    this.since ??= Date.now();
    if (Date.now() - this.since > REJOINS) return this.end("gone");
    if (this.now) this.mode("lost");
    this.tried = (this.tried ?? 0) + 1;
    this.timer = setTimeout(() => this.connect(), AGAIN[Math.min(this.tried, AGAIN.length) - 1]);
  }

  send(frame) {
    const speaks = SPEAKS.includes(this.now) || (this.now === "held" && this.accompanied); // to them
    if (!speaks || this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > WAITING) this.lost += 1;
    else this.socket.send(frame);
  }

  hold(on) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ kind: "hold", on }));
  }

  end(word) {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    const { socket } = this;
    if (socket?.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
    else socket?.close();
    this.over(word);
  }
}
