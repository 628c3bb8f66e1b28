// The player of a call's recording: what the server renders works by itself; here are its waveform, the skips and speed.

const LINE = 2; // pixels between two lines of the waveform

class RecordingPlayer extends HTMLElement {
  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.canvas = this.querySelector("canvas");
    for (const button of this.querySelectorAll("[data-skip]")) {
      button.addEventListener("click", () => this.skip(Number(button.dataset.skip)));
    }
    const speed = this.querySelector("[data-speed]");
    speed.addEventListener("change", () => (this.audio.playbackRate = Number(speed.value)));
    this.audio.addEventListener("ratechange", () => this.draw());
    this.audio.addEventListener("timeupdate", () => {
      this.draw();
      this.tell();
    });
    this.audio.addEventListener("play", () => (this.audio.playbackRate = Number(speed.value)));
    this.canvas.addEventListener("click", (event) => this.seek(event.offsetX / this.canvas.clientWidth));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.canvas);
    this.load();
  }

  disconnectedCallback() {
    this.resized.disconnect();
    this.audio.pause();
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  get seconds() {
    return (this.peaks?.milliseconds ?? 0) / 1000;
  }

  async load() {
    const answer = await fetch(this.dataset.peaks);
    if (!answer.ok) return;
    this.peaks = await answer.json();
    this.draw();
  }

  tell() {
    const whole = Math.floor(this.audio.currentTime);
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    this.querySelector("[data-played]").textContent = shown.map((one, at) => (at ? String(one).padStart(2, "0") : one)).join(":");
  }

  skip(seconds) {
    const to = Math.max(0, Math.min(this.audio.currentTime + seconds, this.seconds));
    this.audio.currentTime = to;
  }

  seek(part) {
    if (this.seconds) this.audio.currentTime = part * this.seconds;
  }

  // The customer's above the line, the agents' below it; what was played is strong.
  draw() {
    if (!this.peaks) return;
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(canvas).color;
    const played = this.seconds ? (this.audio.currentTime / this.seconds) * width : 0;
    const step = LINE * scale;
    for (let x = 0; x < width; x += step) {
      pen.globalAlpha = x < played ? 1 : 0.45;
      const up = loudest(this.peaks.left, x / width, (x + step) / width) * (height / 2 - 2);
      const down = loudest(this.peaks.right, x / width, (x + step) / width) * (height / 2 - 2);
      pen.fillRect(x, height / 2 - up - 1, step / 2, up + down + 2);
    }
  }
}

// Quiet voices are seen, too: the root of what is 0 to 100.
function loudest(peaks, from, to) {
  const first = Math.floor(from * peaks.length);
  const some = peaks.slice(first, Math.max(first + 1, Math.ceil(to * peaks.length)));
  return Math.sqrt(Math.max(0, ...some) / 100);
}

customElements.define("recording-player", RecordingPlayer);

// Nobody is interrupted because something else about the conversation has changed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const player = event.detail.target?.id === "recording" && event.detail.target.querySelector("recording-player");
  if (player?.playing) event.detail.shouldSwap = false;
});
