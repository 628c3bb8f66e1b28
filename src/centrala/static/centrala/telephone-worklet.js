// The two ends of a call in the browser's audio thread. "microphone" makes frames of 20 ms of PCM16 at 16 kHz out of what
// it hears; "loudspeaker" plays such frames, and waits for a few of them first, so that one that comes late is no gap.
import { Resampler } from "./resampling.js";

const RATE = 16_000;
const FRAME = 320; // samples
const CUSHION = 0.05; // seconds that wait before it plays
const MOST = 0.15; // seconds; what is older than that is dropped down to the cushion
const PAUSE = 1; // seconds; a longer silence was meant, and nothing was lost in it
const REPORT = 0.1; // seconds

const decibels = (squares, count) => Math.max(-60, 10 * Math.log10(squares / count + 1e-12));

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.begin();
    this.port.onmessage = () => { this.over = true; };
  }

  begin() {
    this.frame = new Int16Array(FRAME);
    this.filled = this.squares = 0;
  }

  process([[channel]]) {
    if (channel) for (const sample of this.resampler.feed(channel)) this.take(Math.max(-1, Math.min(1, sample)));
    return !this.over;
  }

  take(sample) {
    this.squares += sample * sample;
    this.frame[this.filled] = Math.round(sample * 32767);
    this.filled += 1;
    if (this.filled < FRAME) return;
    this.port.postMessage({ frame: this.frame.buffer, level: decibels(this.squares, FRAME) }, [this.frame.buffer]);
    this.begin();
  }
}

class Loudspeaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(RATE, sampleRate);
    this.waiting = []; // blocks of samples at the device's rate
    this.place = this.depth = this.last = this.lost = this.squares = this.count = 0;
    this.silent = Infinity; // samples since it ran dry
    this.playing = false;
    this.port.onmessage = ({ data }) => (data ? this.take(new Int16Array(data)) : (this.over = true));
  }

  take(frame) {
    const block = this.resampler.feed(Float32Array.from(frame, (sample) => sample / 32768));
    this.waiting.push(block);
    this.depth += block.length;
    if (this.depth > MOST * sampleRate) {
      for (; this.depth > CUSHION * sampleRate; this.lost += 1) this.next();
    }
    if (!this.playing && this.depth >= CUSHION * sampleRate) {
      if (this.silent < PAUSE * sampleRate) this.lost += this.silent;
      this.playing = true;
    }
  }

  next() {
    const [block] = this.waiting;
    const sample = block[this.place];
    this.place += 1;
    this.depth -= 1;
    if (this.place === block.length) {
      this.waiting.shift();
      this.place = 0;
    }
    return sample;
  }

  process(_heard, [[channel]]) {
    for (let n = 0; n < channel.length; n += 1) {
      if (this.playing && this.depth === 0) [this.playing, this.silent] = [false, 0];
      if (!this.playing) this.silent += 1;
      this.last = this.playing ? this.next() : this.last * 0.99; // without a crack
      channel[n] = this.last;
      this.squares += this.last * this.last;
    }
    this.count += channel.length;
    if (this.count >= REPORT * sampleRate) this.report();
    return !this.over;
  }

  report() {
    this.port.postMessage({ level: decibels(this.squares, this.count), lost: this.lost / sampleRate });
    this.squares = this.count = 0;
  }
}

registerProcessor("microphone", Microphone);
registerProcessor("loudspeaker", Loudspeaker);
