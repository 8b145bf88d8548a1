import { publicUrl } from "../../lib/public-url.ts";
import type { Outgoing } from "../../ports/outgoing.ts";
import type { CallLimiter } from "../../resilience/policies.ts";
import { retryAfterOf } from "../../resilience/retry-after.ts";

/**
 * Ports.Outgoing by `fetch`. Workers run in no network of ours, and reach public addresses only; a Worker cannot see the address
 * behind a name. What is refused here is what publicUrl refuses: addresses and internal names.
 */
export function edgeOutgoing(limited: CallLimiter, allowPrivate: boolean): Outgoing {
  return {
    async post({ url, headers, body, timeoutMs }, signal) {
      if (!publicUrl(url, allowPrivate).ok) return { fault: "url_refused" };
      let timedOut = false;
      try {
        return await limited(async (within) => {
          const time = AbortSignal.timeout(timeoutMs);
          time.addEventListener("abort", () => {
            timedOut = true;
          });
          const limits = [within, time, signal].filter((one) => one !== undefined);
          const answer = await fetch(url, {
            method: "POST",
            headers,
            body,
            redirect: "manual",
            signal: AbortSignal.any(limits),
          });
          // Not awaited: a body that does not end must not delay us.
          answer.body?.cancel().catch(() => undefined);
          return {
            status: answer.status,
            retryAfterS: retryAfterOf(answer.headers.get("retry-after")),
          };
        });
      } catch {
        signal?.throwIfAborted();
        return { fault: timedOut ? "timeout" : "unreachable" };
      }
    },
  };
}
