import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Whether changes of others arrive by themselves: `off` before the first connection, `broken` while it is interrupted. */
export const live = signal<"off" | "on" | "broken">("off");

/** Every type of the feed: the build writes them here (src/tools/build-page.ts), because an EventSource wants each by its name. */
declare const FEED_TYPES: readonly string[];

const SETTLE_MS = 250;
const REOPEN_MS = 15_000;
interface Listener {
  about: readonly string[];
  onOld: () => void;
  timer: ReturnType<typeof setTimeout> | null;
}
const listeners = new Set<Listener>();
let source: EventSource | null = null;

/** Opens the stream of this tab; the cookie goes by itself. Again: nothing happens. */
export function openLive(): void {
  if (source !== null) return;
  source = new EventSource("/api/notifications/stream");
  source.addEventListener("connected", () => {
    // What happened while it was interrupted is unknown: everything is read again.
    if (live.value === "broken") for (const one of listeners) markOld(one);
    live.value = "on";
  });
  source.addEventListener("gap", () => listeners.forEach(markOld));
  source.addEventListener("error", () => {
    live.value = "broken";
    // A refusal (401, 503) closes it for good: a new one is opened later.
    if (source?.readyState !== EventSource.CLOSED) return;
    source = null;
    setTimeout(openLive, REOPEN_MS);
  });
  // The stream gives a registered note the name that clients of S.G.E. know.
  for (const type of FEED_TYPES)
    source.addEventListener(type === "nfe.registered" ? "NEW_NFE" : type, () => {
      for (const one of listeners)
        if (one.about.some((prefix) => type.startsWith(prefix))) markOld(one);
    });
}

/** Closes the stream: the person has left. */
export function closeLive(): void {
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
