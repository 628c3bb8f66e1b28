// Two notes, one after the other: what an offer sounds like, and what a loudspeaker is tried with.
const TONES = [[660, 0], [880, 0.16]]; // hertz, seconds

export function tones(context) {
  for (const [pitch, after] of TONES) {
    const [tone, loudness, at] = [context.createOscillator(), context.createGain(), context.currentTime + after];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.2, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}
