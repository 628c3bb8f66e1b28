// Microphone and loudspeaker of this browser, as a call needs them: frames of 20 ms of PCM16 at 16 kHz, as ArrayBuffers.
import * as devices from "./devices.js";

const WORKLET = new URL("./telephone-worklet.js", import.meta.url);
const WAKES = 2000; // milliseconds; before somebody has touched the page a browser may not let it sound
const WORDS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

// `word` names what the page says of it.
export class NoSound extends Error {
  constructor(word) {
    super(word);
    this.word = word;
  }
}

async function microphone() {
  if (!navigator.mediaDevices) throw new NoSound(window.isSecureContext ? "silent" : "insecure");
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, ...devices.microphone() } });
  } catch (error) {
    throw new NoSound(WORDS[error.name] ?? "busy");
  }
}

async function surrounding() {
  const context = new AudioContext({ latencyHint: "interactive" });
  try {
    await context.audioWorklet.addModule(WORKLET);
    await devices.speakThrough(context);
    return context;
  } catch {
    context.close();
    throw new NoSound("silent");
  }
}

// What is said into the microphone; nothing of a microphone that nobody asked for.
function listen(context, stream, said, unplugged) {
  if (!stream) return { mute() {}, close() {} };
  const [track] = stream.getAudioTracks();
  const ear = new AudioWorkletNode(context, "microphone", { channelCount: 1, channelCountMode: "explicit" });
  ear.port.onmessage = ({ data }) => said(data);
  track.addEventListener("ended", unplugged);
  context.createMediaStreamSource(stream).connect(ear).connect(context.destination); // what leads nowhere is not run
  return {
    mute: (on) => { track.enabled = !on; },
    close() {
      track.removeEventListener("ended", unplugged);
      ear.port.postMessage(null);
      track.stop();
    },
  };
}

// Tells `said({frame, level})`, `heard({level, lost})` and `unplugged()`; `silent` wants no microphone. Raises NoSound.
export async function open({ said, heard = () => {}, unplugged = () => {}, silent = false }) {
  const stream = silent ? undefined : await microphone();
  let context;
  try {
    context = await surrounding();
  } finally {
    if (!context) for (const track of stream?.getTracks() ?? []) track.stop();
  }
  const own = listen(context, stream, said, unplugged);
  const mouth = new AudioWorkletNode(context, "loudspeaker", { numberOfInputs: 0, outputChannelCount: [1] });
  mouth.port.onmessage = ({ data }) => heard(data);
  mouth.connect(context.destination);
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, WAKES))]);
  const close = () => {
    own.close();
    mouth.port.postMessage(null);
    context.close();
  };
  if (context.state !== "running") {
    close();
    throw new NoSound("asleep");
  }
  return {
    play: (frame) => mouth.port.postMessage(frame, [frame]),
    mute: own.mute,
    close,
  };
}
