// Sound from one rate to another, block by block, through a low-pass: what the lower rate cannot hold is taken away
// (by 80 dB) instead of coming back as noise.

const CROSSINGS = 32; // of zero, on each side of a filter's middle
const PASSES = 0.925; // of what the lower rate could hold; the rest is where the filter falls
const BETA = 8; // of the Kaiser window

const divisor = (a, b) => (b ? divisor(b, a % b) : a);
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

function bessel(x) {
  let [sum, term] = [1, 1];
  for (let n = 1; term > sum * 1e-12; n += 1) sum += term *= (x / (2 * n)) ** 2;
  return sum;
}

const kaiser = (x) => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA));

// What each sample around a place weighs there; the place lies this far behind the sample in the middle.
function weights(behind, half, cutoff) {
  const row = Float32Array.from({ length: 2 * half }, (_, n) => {
    const away = n - half + 1 - behind;
    return cutoff * sinc(cutoff * away) * kaiser(away / half);
  });
  const sum = row.reduce((one, other) => one + other, 0);
  return row.map((weight) => weight / sum);
}

export class Resampler {
  constructor(from, to) {
    const common = divisor(from, to);
    const cutoff = PASSES * Math.min(1, to / from);
    this.half = Math.ceil(CROSSINGS / cutoff);
    this.phases = to / common;
    this.step = from / common;
    this.rows = Array.from({ length: this.phases }, (_, phase) => weights(phase / this.phases, this.half, cutoff));
    this.kept = new Float32Array(2 * this.half);
    this.at = 0; // in parts of a sample, `phases` to each
    this.same = from === to;
  }

  // Samples of the new rate, as many as there are by now.
  feed(samples) {
    if (this.same) return samples;
    const all = new Float32Array(this.kept.length + samples.length);
    all.set(this.kept);
    all.set(samples, this.kept.length);
    const last = (all.length - 2 * this.half) * this.phases;
    const made = new Float32Array(Math.max(0, Math.ceil((last - this.at) / this.step)));
    for (let n = 0; n < made.length; n += 1, this.at += this.step) {
      const [first, row] = [Math.floor(this.at / this.phases), this.rows[this.at % this.phases]];
      let sum = 0;
      for (let k = 0; k < row.length; k += 1) sum += row[k] * all[first + k];
      made[n] = sum;
    }
    const used = Math.min(Math.floor(this.at / this.phases), all.length);
    this.kept = all.subarray(used);
    this.at -= used * this.phases;
    return made;
  }
}
