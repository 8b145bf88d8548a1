import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Where a person types or chooses something else: the field of the codes does not take the focus from there. */
const OTHERS = "input,select,textarea,[contenteditable],:popover-open *";

const isOther = (target: EventTarget | null, field: HTMLInputElement): boolean =>
  target instanceof HTMLElement && target !== field && target.matches(OTHERS);

/**
 * Keeps the field of the codes ready: a reader types wherever the focus is, so its first key brings the focus here, and so does a
 * tap beside every control. The single keys of the frame rest meanwhile.
 */
export function useReadyField(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const ready = () => {
      // On a phone the focus would open the keyboard over half of the screen; a reader's first key brings it anyway.
      if (matchMedia("(pointer: coarse)").matches) return;
      if (document.querySelector("dialog[open]") === null)
        field.current?.focus({ preventScroll: true });
    };
    const onKey = (event: KeyboardEvent) => {
      const input = field.current;
      if (input === null || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.length !== 1 || document.querySelector("dialog[open]") !== null) return;
      if (isOther(event.target, input)) return;
      const onControl = event.key === " " && document.activeElement?.matches("button,a,summary");
      if (onControl === true) return;
      // The frame's own keys (g, ?, /) would take letters of a code.
      event.stopPropagation();
      if (document.activeElement !== input) input.focus({ preventScroll: true });
    };
    const onTap = (event: MouseEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("button,a,input,select,textarea,label,summary,dialog") === null) ready();
    };
    document.addEventListener("keydown", onKey, true);
    document.addEventListener("click", onTap);
    // The frame gives the focus to the place first.
    const timer = setTimeout(ready, 0);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("keydown", onKey, true);
      document.removeEventListener("click", onTap);
    };
  }, [field]);
}
