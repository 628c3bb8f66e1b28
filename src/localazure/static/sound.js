// Between a microphone and the line, and between the line and a loudspeaker: 16 kHz in pieces of 20 ms.

const PIECE = 320;
const CUSHION = 3; // pieces that lie ready before anything is heard, so that a late one leaves no gap
const MOST = 10; // beyond, a call would fall behind itself
const FALL = 0.9; // of a wave that breaks off, from sample to sample: no click

class Telephone extends AudioWorkletProcessor {
  #spoken = new Int16Array(PIECE);
  #filled = 0;
  #heard = [];
  #place = 0;
  #flowing = false;
  #last = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#take(new Int16Array(data));
  }

  process([input], [output]) {
    if (input.length) this.#speak(input[0]);
    this.#play(output[0]);
    return true;
  }

  #speak(samples) {
    for (const sample of samples) {
      this.#spoken[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 0x7fff;
      if (this.#filled < PIECE) continue;
      this.port.postMessage(this.#spoken.buffer, [this.#spoken.buffer]);
      this.#spoken = new Int16Array(PIECE);
      this.#filled = 0;
    }
  }

  #take(piece) {
    this.#heard.push(piece);
    if (this.#heard.length > MOST) {
      this.#heard.splice(0, this.#heard.length - CUSHION);
      this.#place = 0;
    }
    if (this.#heard.length >= CUSHION) this.#flowing = true;
  }

  #play(samples) {
    for (let at = 0; at < samples.length; at++) samples[at] = this.#next();
  }

  #next() {
    if (!this.#flowing) {
      this.#last *= FALL;
      return this.#last;
    }
    this.#last = this.#heard[0][this.#place++] / 0x8000;
    if (this.#place === PIECE) {
      this.#place = 0;
      this.#heard.shift();
      this.#flowing = this.#heard.length > 0;
    }
    return this.#last;
  }
}

registerProcessor("telephone", Telephone);
