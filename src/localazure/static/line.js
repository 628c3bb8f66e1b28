// A telephone's stream of server-sent events, where the browser can spare one.

// A browser opens six connections to one host over HTTP/1.1; a stream keeps one for itself. So that many telephones
// in many tabs never wait for each other, no more than these are held at once, whoever comes later looks by itself.
const SLOTS = ["telephone-1", "telephone-2", "telephone-3"];

export class Line {
  #address;
  #heard;
  #lost;
  #stream = null;
  #giveBack = null;
  #wanted = false;
  #asking = false;

  constructor(address, { heard, lost }) {
    this.#address = address;
    this.#heard = heard;
    this.#lost = lost;
  }

  get isOpen() {
    return this.#stream?.readyState === EventSource.OPEN;
  }

  /** Takes a free slot, if there is one, and listens; to be called again when there was none. */
  async open() {
    this.#wanted = true;
    if (this.#stream || this.#asking) return;
    this.#asking = true;
    const taken = await this.#takeSlot();
    this.#asking = false;
    if (!taken) return;
    if (!this.#wanted) {
      this.close();
      return;
    }
    this.#stream = new EventSource(this.#address);
    this.#stream.onopen = this.#heard;
    this.#stream.onmessage = this.#heard;
    this.#stream.onerror = this.#lost;
  }

  close() {
    this.#wanted = false;
    this.#stream?.close();
    this.#stream = null;
    this.#giveBack?.();
    this.#giveBack = null;
  }

  async #takeSlot() {
    for (const slot of SLOTS) if (await this.#take(slot)) return true;
    return false;
  }

  #take(slot) {
    return new Promise((resolve) => {
      navigator.locks.request(slot, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise((giveBack) => { this.#giveBack = giveBack; });
      });
    });
  }
}
