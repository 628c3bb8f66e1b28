// The transcript of a call: what is being said until its last word comes, and afterwards in step with the sound.
const NEAR = 40; // pixels from its end: there new lines are followed
const player = () => document.querySelector("recording-player audio");

class CallTranscript extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector(".said");
    this.list = this.querySelector("#said");
    this.saying = this.querySelector(".saying");
    this.stop = new AbortController();
    const on = (target, name, act, capture = false) =>
      target.addEventListener(name, act, { capture, signal: this.stop.signal });
    on(document, "call:words", ({ detail }) => detail.call === this.dataset.conversation && this.hear(detail));
    on(document, "timeupdate", () => this.follow(), true);
    on(document, "seeked", () => this.follow(), true);
    on(this, "click", (event) => this.click(event));
    on(this, "keydown", (event) => this.step(event));
    on(this, "htmx:beforeSwap", ({ target }) => target === this.list && (this.atEnd = this.isAtEnd()));
    on(this, "htmx:afterSwap", ({ target }) => target === this.list && this.changed());
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  isAtEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  // One line for each who speaks; its last word is fetched with the others.
  hear({ speaker, text, final }) {
    const atEnd = this.isAtEnd();
    let line = this.saying.querySelector(`[data-speaker="${speaker}"]`);
    if (!line) {
      line = this.saying.appendChild(document.createElement("li"));
      line.className = `line ${speaker}`;
      line.dataset.speaker = speaker;
      line.append(Object.assign(document.createElement("strong"), { className: "who", textContent: this.dataset[speaker] }));
      line.append(" ", Object.assign(document.createElement("span"), { className: "words", dir: "auto" }));
    }
    line.querySelector(".words").textContent = text;
    line.toggleAttribute("data-final", final);
    if (final) window.htmx.ajax("GET", this.list.getAttribute("hx-get"), { source: this.list, target: this.list, swap: "reconcile" });
    if (atEnd) this.toEnd();
  }

  changed() {
    for (const line of this.saying.querySelectorAll("[data-final]")) line.remove();
    if (this.atEnd) this.toEnd();
    this.follow();
  }

  // The line that is heard now is marked, and in sight where nobody reads another place.
  follow() {
    const audio = player();
    if (!audio || (audio.paused && audio.currentTime === 0)) return;
    const lines = [...this.list.children];
    const now = lines.findLast((line) => Number(line.dataset.at) <= audio.currentTime + 0.05);
    for (const line of lines) {
      if (line === now) continue;
      line.removeAttribute("aria-current");
    }
    if (!now || now.getAttribute("aria-current")) return;
    now.setAttribute("aria-current", "true");
    if (audio.paused || this.box.contains(document.activeElement)) return;
    const { offsetTop: top, offsetHeight: height } = now;
    if (top < this.box.scrollTop || top + height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top;
  }

  click({ target }) {
    const copy = target.closest("[data-copy-said]");
    if (copy) return this.copy(copy);
    const line = target.closest("#said li");
    const audio = player();
    if (!line || !audio || (!target.closest(".seek") && String(getSelection()))) return undefined;
    audio.currentTime = Number(line.dataset.at);
    return audio.play();
  }

  step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const seek = event.target.closest?.(".seek");
    if (!by || !seek) return;
    event.preventDefault();
    const all = [...this.list.querySelectorAll(".seek")];
    all[all.indexOf(seek) + by]?.focus();
  }

  async copy(button) {
    const lines = [...this.list.children].map((line) => {
      const time = line.querySelector(".seek, time").firstChild.textContent;
      return `[${time}] ${line.querySelector(".who").textContent}: ${line.querySelector(".words").textContent}`;
    });
    await navigator.clipboard.writeText(lines.join("\n"));
    const word = button.querySelector("[data-copied]");
    word.textContent = word.dataset.copied;
  }
}

customElements.define("call-transcript", CallTranscript);
