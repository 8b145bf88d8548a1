import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Whether changes of others arrive by themselves: `off` before the first connection, `broken` while it is interrupted. */
export const live = signal<"off" | "on" | "broken">("off");

/** Every type of the feed: the build writes them here (src/tools/build-page.ts), because an EventSource wants each by its name. */
declare const FEED_TYPES: readonly string[];

/** A browser opens six connections to one address: a tab that is out of sight for so long gives its stream back. */
const HIDDEN_MS = 20_000;
const SETTLE_MS = 250;
const REOPEN_MS = 15_000;
interface Listener {
  about: readonly string[];
  onOld: () => void;
  timer: ReturnType<typeof setTimeout> | null;
}
const listeners = new Set<Listener>();
let source: EventSource | null = null;
let hidden: ReturnType<typeof setTimeout> | undefined;
/** Events may have been missed since the last connection: everything that is shown is read again. */
let missed = false;

/** Opens the stream of this tab; the cookie goes by itself. Again: nothing happens. */
export function openLive(): void {
  document.addEventListener("visibilitychange", onVisibility);
  if (source !== null) return;
  source = new EventSource("/api/notifications/stream");
  source.addEventListener("connected", () => {
    if (missed) for (const one of listeners) markOld(one);
    missed = false;
    live.value = "on";
  });
  source.addEventListener("gap", () => listeners.forEach(markOld));
  source.addEventListener("error", () => {
    live.value = "broken";
    missed = true;
    // A refusal (401, 503) closes it for good: a new one is opened later.
    if (source?.readyState !== EventSource.CLOSED) return;
    source = null;
    hidden = setTimeout(openLive, REOPEN_MS);
  });
  // The stream gives a registered note the name that clients of S.G.E. know.
  for (const type of FEED_TYPES)
    source.addEventListener(type === "nfe.registered" ? "NEW_NFE" : type, () => {
      for (const one of listeners)
        if (one.about.some((prefix) => type.startsWith(prefix))) markOld(one);
    });
}

function onVisibility(): void {
  clearTimeout(hidden);
  if (document.visibilityState === "visible") openLive();
  else
    hidden = setTimeout(() => {
      source?.close();
      source = null;
      missed = true;
    }, HIDDEN_MS);
}

/** Closes the stream: the person has left. */
export function closeLive(): void {
  document.removeEventListener("visibilitychange", onVisibility);
  clearTimeout(hidden);
  source?.close();
  source = null;
  live.value = "off";
}

/** Events say only what is old; what they concern is read again once, 250 ms after the first. */
function markOld(one: Listener): void {
  if (one.timer !== null) return;
  one.timer = setTimeout(() => {
    one.timer = null;
    one.onOld();
  }, SETTLE_MS);
}

/** Calls `onOld` when something happened that a view shows. `about`: beginnings of types of the feed, as `nfe.` or `stock.`. */
export function useOld(about: readonly string[], onOld: () => void): void {
  const listener = useRef<Listener>({ about, onOld, timer: null });
  listener.current.about = about;
  listener.current.onOld = onOld;
  useEffect(() => {
    const one = listener.current;
    listeners.add(one);
    return () => {
      listeners.delete(one);
      if (one.timer !== null) clearTimeout(one.timer);
      one.timer = null;
    };
  }, []);
}
