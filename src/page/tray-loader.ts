import { useEffect } from "preact/hooks";
import { given, tray } from "./base/intake.ts";
import { notifyFault } from "./base/notices.ts";
import { online } from "./base/online.ts";
import { hasKept } from "./base/sent-jobs.ts";
import { may } from "./base/session.ts";
import { styled } from "./lazy-view.tsx";

/** After the view: who sends files then has what keeps them, also without a network. */
const EARLY_MS = 1_500;

async function read(): Promise<void> {
  if (tray.peek() !== null) return;
  const [module] = await Promise.all([import("./tray/tray.tsx"), styled("tray")]);
  tray.value = module.default;
}

/** Reads the tray when a file is given, when this browser has sent something that may still be in work, or soon after the view. */
export function useTray(): void {
  const wanted = given.value.length > 0 || hasKept();
  useEffect(() => {
    if (wanted) read().catch(notifyFault);
  }, [wanted, given.value, online.value]);
  const sends = may("operate");
  useEffect(() => {
    if (!sends) return;
    const timer = setTimeout(() => void read().catch(() => undefined), EARLY_MS);
    return () => clearTimeout(timer);
  }, [sends]);
}
