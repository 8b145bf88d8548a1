import { signal } from "@preact/signals";

const KEPT = "sge.count.mute";

/** Whether codes are counted without a sound; kept on this browser. */
export const muted = signal(localStorage.getItem(KEPT) === "1");

export function setMuted(on: boolean): void {
  muted.value = on;
  if (on) localStorage.setItem(KEPT, "1");
  else localStorage.removeItem(KEPT);
}

let sound: AudioContext | null = null;

/** A tone: its pitch in Hz, when it begins and how long it lasts, in seconds. */
function tone(context: AudioContext, pitch: number, after: number, lasts: number): void {
  const [from, voice, loud] = [
    context.currentTime + after,
    context.createOscillator(),
    context.createGain(),
  ];
  voice.frequency.value = pitch;
  voice.type = pitch < 400 ? "square" : "sine";
  loud.gain.setValueAtTime(pitch < 400 ? 0.12 : 0.3, from);
  loud.gain.exponentialRampToValueAtTime(0.001, from + lasts);
  voice.connect(loud).connect(context.destination);
  voice.start(from);
  voice.stop(from + lasts);
}

/** One short tone and a short buzz: counted. Two low tones and two buzzes: the code is not known. */
export function tell(known: boolean): void {
  navigator.vibrate?.(known ? 40 : [90, 60, 90]);
  if (muted.value) return;
  try {
    sound ??= new AudioContext();
    void sound.resume();
    if (known) tone(sound, 1320, 0, 0.09);
    else for (const after of [0, 0.2]) tone(sound, 220, after, 0.14);
  } catch {
    // A device without sound counts all the same.
  }
}
