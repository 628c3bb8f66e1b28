// Which microphone and loudspeaker calls use in this browser: chosen and tried out here, kept with the browser.
import { tones } from "./tones.js";

const KEPT = "centrala-sound";
const chooses = "setSinkId" in (window.AudioContext?.prototype ?? {});
const menu = () => document.getElementById("sound-menu");
const list = (kind) => document.getElementById(`sound-${kind}`);

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // somebody else's
  }
}

// One that is not there any more is no reason to be without any.
export const microphone = () => (kept().microphone ? { deviceId: { ideal: kept().microphone } } : {});

export async function speakThrough(context) {
  if (!chooses || !kept().speaker) return;
  await context.setSinkId(kept().speaker).catch(() => {}); // unplugged: the system's own speaks
}

async function show() {
  const known = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  for (const [name, kind] of [["microphone", "audioinput"], ["speaker", "audiooutput"]]) {
    const usual = new Option(list(name).dataset.usual, "");
    const others = known.filter((one) => one.kind === kind && one.label && one.deviceId !== "default");
    list(name).replaceChildren(usual, ...others.map((one) => new Option(one.label, one.deviceId)));
    list(name).value = kept()[name] ?? "";
    if (list(name).selectedIndex < 0) list(name).value = "";
  }
  list("speaker").closest(".field").hidden = !chooses;
}

async function playASound() {
  const context = new AudioContext();
  await speakThrough(context);
  tones(context);
  setTimeout(() => context.close(), 1500);
}

// `open` is that of sound.js; `words` say of a failure what they say in a call; `changed` when another was chosen.
export function install({ open, words, changed }) {
  let sound;
  const level = document.getElementById("level-test");
  const told = document.getElementById("sound-words");
  const stop = () => {
    sound?.close();
    sound = undefined;
    level.value = level.min;
  };

  async function test() {
    stop();
    told.textContent = "";
    try {
      sound = await open({ said: (one) => { level.value = one.level; } });
      if (!menu().matches(":popover-open")) stop();
      await show(); // their names are known once the microphone was given
    } catch (error) {
      told.textContent = words(error.word);
    }
  }

  menu().addEventListener("toggle", ({ newState }) => (newState === "open" ? show() : stop()));
  menu().addEventListener("change", ({ target }) => {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [target.id.replace("sound-", "")]: target.value }));
    if (sound) test();
    changed();
  });
  document.getElementById("sound-test").addEventListener("click", test);
  document.getElementById("sound-play").addEventListener("click", playASound);
  navigator.mediaDevices?.addEventListener("devicechange", () => menu().matches(":popover-open") && show());
}
