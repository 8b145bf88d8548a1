import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** What a key does in the view that is open: `j`, `k`, `x`, `a`, `/`, `Escape` … */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const KEPT = "sge.keys";

/** Whether single keys do something: a person may switch them off (WCAG 2.1.4). */
export const keysOn = signal(localStorage.getItem(KEPT) !== "off");

/** Switches single keys on or off, and keeps it on this browser. */
export function setKeysOn(on: boolean): void {
  keysOn.value = on;
  if (on) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "off");
}

/** The newest comes first: a dialog's keys hide those of the view below it. */
const layers: { current: Keys }[] = [];

/** The keys of a view while it is there. `undefined` members do nothing. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    layers.unshift(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}

/** Keys do nothing while something is typed, with a modifier, in a dialog, or when they are off. Escape always reaches the view. */
function isMeant(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.isComposing) return false;
  const { target } = event;
  const typing =
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox],[type=radio]),textarea,select"));
  if (document.querySelector("dialog[open]") !== null) return false;
  if (event.key === "Escape") return true;
  if (typing) return false;
  // Enter and the arrows belong to the element that has the focus, when that is a control.
  const control =
    target instanceof HTMLElement && target.matches("button,a,summary,[role=option],[role=tab]");
  if (control && (event.key === "Enter" || event.key === " ")) return false;
  return keysOn.value;
}

let waitingForPlace: ReturnType<typeof setTimeout> | null = null;
const SECOND_KEY_MS = 1_500;

/** Begins to listen; `onPlace` gets the letter after `g`. Gives what ends it. */
export function listenToKeys(onPlace: (letter: string) => boolean): () => void {
  const listen = (event: KeyboardEvent) => {
    if (!isMeant(event)) return;
    if (waitingForPlace !== null) {
      clearTimeout(waitingForPlace);
      waitingForPlace = null;
      if (onPlace(event.key)) return event.preventDefault();
    }
    if (event.key === "g") {
      waitingForPlace = setTimeout(() => {
        waitingForPlace = null;
      }, SECOND_KEY_MS);
      return;
    }
    for (const { current } of layers) {
      const act = Object.hasOwn(current, event.key) ? current[event.key] : undefined;
      if (act === undefined) continue;
      event.preventDefault();
      return act(event);
    }
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
