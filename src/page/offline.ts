/** The policy of Trusted Types through which the service worker is registered: it lets one address pass. */
interface ScriptPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptPolicy;
}
declare const trustedTypes: TrustedTypesFactory | undefined;

const WORKER = "/sw.js";

function ownWorker(url: string): string {
  if (url !== WORKER) throw new TypeError("unknown script");
  return url;
}

/** The first view is read before the files of all others, which a new service worker fetches at once. */
const QUIET_MS = 3_000;

/** Registers the service worker after the first view, so that the page opens without a network. */
export function serveWhenQuiet(): void {
  setTimeout(() => void serveOffline(), QUIET_MS);
}

/** Where the address is not secure there is none. */
async function serveOffline(): Promise<void> {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  const rules = { createScriptURL: ownWorker };
  const policy =
    typeof trustedTypes === "undefined" ? rules : trustedTypes.createPolicy("sge-sw", rules);
  await navigator.serviceWorker
    .register(policy.createScriptURL(WORKER), { updateViaCache: "none" })
    .catch(() => undefined);
}
