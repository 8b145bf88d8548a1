import { computed } from "@preact/signals";
import { type Permission, may as roleMay } from "../../accounts/roles.ts";
import { ask } from "./ask.ts";
import { type Me, me, ROLE_NAMES } from "./me.ts";
import { Refused, Unreachable } from "./problem.ts";

export { type Me, me, ROLE_NAMES };

/** Whether a button is shown: what the role may not do is not there. */
export const may = (permission: Permission): boolean => {
  const role = me.value?.user.role;
  return role !== undefined && roleMay(role, permission);
};

/** The company's name for the first paint, before GET /api/session has answered. */
export const companyName = computed(
  () => me.value?.company.name ?? remembered()?.company.name ?? "",
);

const KEPT = "sge.me";

/** Who was here last on this browser: for the first paint and for counting without a network; no right comes from it. */
export function remembered(): Me | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return isMe(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isMe(value: unknown): value is Me {
  if (typeof value !== "object" || value === null) return false;
  return "user" in value && "company" in value && "companies" in value;
}

/** Reads who is here. `open`: a 401 is thrown instead of opening the dialog. Without a network: who was here last. */
export async function readMe(open = true): Promise<Me> {
  try {
    const read = await ask<Me>("/api/session", { open });
    me.value = read;
    localStorage.setItem(KEPT, JSON.stringify(read));
    return read;
  } catch (fault) {
    const last = remembered();
    if (!(fault instanceof Unreachable) || last === null) throw fault;
    me.value = last;
    return last;
  }
}

/** Enters. The cookie is not readable here: GET /api/session shows whether the browser kept it. */
export async function enter(email: string, password: string): Promise<void> {
  await ask("/api/session", { method: "POST", json: { email, password }, open: true });
}

/**
 * What a view keeps on this browser and must be removed when the person leaves, or goes on in another company: caches, queues. Views
 * add theirs. What was not sent yet stays with `company`: the person may come back to it.
 */
export const atLeaving = new Set<(why: "left" | "company") => Promise<void> | void>();

/** Reasons not to leave yet, each a sentence ("3 contagens ainda não foram enviadas"); null: none. Views add theirs. */
export const unsent = new Set<() => Promise<string | null>>();

/**
 * Ends this browser's session and removes what the page kept here. Where the service did not end it nothing is removed and the fault
 * is thrown: the cookie is still there, and the next person at this browser would go on as the first.
 */
export async function leave(): Promise<void> {
  await ask("/api/session", { method: "DELETE", open: true }).catch((fault) => {
    const isOver = fault instanceof Refused && fault.status === 401;
    if (!isOver) throw fault;
  });
  for (const remove of atLeaving) await remove("left");
  localStorage.removeItem(KEPT);
  me.value = null;
}

const AGAIN_MS = 60_000;
let asked = Date.now();

/** Whether this tab still shows what the session is: another tab may have chosen another company or person, which the cookie follows. */
function isOther(now: Me | null): boolean {
  const here = me.peek();
  if (here === null || now === null) return here !== null;
  return now.company.id !== here.company.id || now.user.id !== here.user.id;
}

/**
 * Keeps this tab with its session: loads it again when another tab has changed company or person, and asks when the tab is seen
 * again after a minute, so that an ended session is known before something is typed. Gives what ends it.
 */
export function followSession(): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === KEPT && isOther(remembered())) location.reload();
  };
  const onSeen = () => {
    if (document.visibilityState !== "visible" || Date.now() - asked < AGAIN_MS) return;
    asked = Date.now();
    const before = me.peek();
    readMe(false).then(
      (now) =>
        before !== null &&
        (now.company.id !== before.company.id || now.user.id !== before.user.id) &&
        location.reload(),
      () => undefined,
    );
  };
  addEventListener("storage", onStorage);
  document.addEventListener("visibilitychange", onSeen);
  return () => {
    removeEventListener("storage", onStorage);
    document.removeEventListener("visibilitychange", onSeen);
  };
}

/** Goes on in another company of the same person. The page begins again: nothing of the first company stays in it. */
export async function switchCompany(company: number): Promise<void> {
  await ask("/api/session/company", { method: "POST", json: { company } });
  localStorage.removeItem(KEPT);
  for (const remove of atLeaving) await remove("company");
}
