import pMap from "p-map";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { type Approval, approve } from "./approve.ts";
import type { ApprovalOptions } from "./proposal.ts";
import { NO_CORRECTIONS } from "./resolve-corrections.ts";

/** What became of one note: its approval, or why it was not approved. */
export type NoteApproval =
  | { readonly accessKey: string; readonly approval: Approval }
  | { readonly accessKey: string; readonly failure: { readonly code: string } };

/**
 * Approves many notes without corrections, at most BATCH_CONCURRENCY at a time, each in its own batch: one that fails keeps
 * none of the others back. Results in the order of `accessKeys`, of which none stands twice.
 */
export const approveMany = (
  ports: Ports,
  accessKeys: readonly string[],
  options: FlowOptions & Pick<ApprovalOptions, "onlyWaiting">,
): Promise<NoteApproval[]> =>
  pMap(
    accessKeys,
    async (accessKey): Promise<NoteApproval> => {
      options.signal?.throwIfAborted();
      try {
        const approval = await approve(ports, accessKey, {
          ...options,
          corrections: NO_CORRECTIONS,
        });
        return { accessKey, approval };
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        return { accessKey, failure: error.failure };
      }
    },
    { concurrency: ports.config.BATCH_CONCURRENCY },
  );

/** Most notes that one request may approve. */
export const MOST_APPROVED = 500;
