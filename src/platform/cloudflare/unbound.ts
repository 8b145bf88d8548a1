import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { MessageQueue } from "../../ports/queue.ts";
import type { BlobStore } from "../../ports/storage.ts";

const unbound = (): never => {
  throw new Failed<PlatformFailure>({ code: "not_configured" });
};
const unboundLater = async (): Promise<never> => unbound();

/** A Worker without a queue refuses jobs with `not_configured`, before anything is written. */
export const unboundQueue: MessageQueue = { send: unbound };

/** The same for its files. */
export const unboundBlobs: BlobStore = {
  put: unboundLater,
  get: unboundLater,
  delete: unboundLater,
  list: unboundLater,
};
