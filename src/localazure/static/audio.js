// The ears and the mouth of a call: microphone, loudspeaker, and the tones that a telephone makes by itself.

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
const KEYS = "123456789*0#";
const TONES = {
  "ring back": { pitches: [440, 480], on: 2, off: 4 },
  ring: { pitches: [620, 780], on: 1, off: 2 },
};
const LONGEST = 120; // seconds that one of them goes on
const LOUDNESS = 0.05;

export class Audio {
  #spoken;
  #context = null;
  #node = null;
  #microphone = null;
  #tone = null;

  constructor({ spoken }) {
    this.#spoken = spoken;
  }

  /** To be called by a click, else browsers keep still. Resolves to why the microphone cannot be used, empty where it can. */
  async open() {
    const context = this.#ready();
    await context.resume();
    if (!this.#node) {
      await context.audioWorklet.addModule("/static/sound.js");
      this.#node = new AudioWorkletNode(context, "telephone", { outputChannelCount: [1], channelCount: 1, channelCountMode: "explicit" });
      this.#node.port.onmessage = ({ data }) => this.#spoken(data);
      this.#node.connect(context.destination);
    }
    try {
      // Suppression of noise would take away whatever sounds evenly: tones, music on hold.
      const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: false };
      this.#microphone = await navigator.mediaDevices.getUserMedia({ audio });
      context.createMediaStreamSource(this.#microphone).connect(this.#node);
      return "";
    } catch (error) {
      return error.message;
    }
  }

  hear(piece) {
    this.#node?.port.postMessage(piece, [piece]);
  }

  key(key) {
    const at = KEYS.indexOf(key);
    this.#play([LOW[Math.floor(at / 3)], HIGH[at % 3]], [[0, 0.12]]);
  }

  /** One of the TONES, over and over; without a name, silence. */
  sound(name) {
    this.#tone?.forEach((one) => one.stop());
    this.#tone = null;
    if (!name || !navigator.userActivation.hasBeenActive) return;
    const { pitches, on, off } = TONES[name];
    const times = Array.from({ length: Math.ceil(LONGEST / (on + off)) }, (_, turn) => [turn * (on + off), on]);
    this.#tone = this.#play(pitches, times);
  }

  close() {
    this.sound();
    this.#microphone?.getTracks().forEach((track) => track.stop());
    this.#context?.close();
    this.#context = this.#node = this.#microphone = null;
  }

  #ready() {
    this.#context ??= new AudioContext({ sampleRate: 16000, latencyHint: "interactive" });
    return this.#context;
  }

  #play(pitches, times) {
    const context = this.#ready();
    const gain = new GainNode(context, { gain: 0 });
    gain.connect(context.destination);
    for (const [begin, length] of times) {
      gain.gain.setTargetAtTime(LOUDNESS, context.currentTime + begin, 0.005);
      gain.gain.setTargetAtTime(0, context.currentTime + begin + length, 0.005);
    }
    const [last, length] = times.at(-1);
    return pitches.map((frequency) => {
      const one = new OscillatorNode(context, { frequency });
      one.connect(gain);
      one.start();
      one.stop(context.currentTime + last + length + 0.1);
      return one;
    });
  }
}
