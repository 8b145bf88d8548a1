import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const KEPT = "sge.theme";

const kept = localStorage.getItem(KEPT);

/** What the person chose; `auto` follows the device. */
export const theme = signal<Theme>(kept === "light" || kept === "dark" ? kept : "auto");

effect(() => {
  if (theme.value === "auto") {
    document.documentElement.removeAttribute("data-theme");
    localStorage.removeItem(KEPT);
  } else {
    document.documentElement.setAttribute("data-theme", theme.value);
    localStorage.setItem(KEPT, theme.value);
  }
});

/** Light, dark, as the device has it, and light again. */
export function nextTheme(): void {
  theme.value = theme.value === "auto" ? "light" : theme.value === "light" ? "dark" : "auto";
}

const COMPACT = "sge.compact";

/** Rows of 44 instead of 56 pixels. */
export const compact = signal(localStorage.getItem(COMPACT) === "1");

effect(() => {
  document.documentElement.toggleAttribute("data-compact", compact.value);
  if (compact.value) localStorage.setItem(COMPACT, "1");
  else localStorage.removeItem(COMPACT);
});
