import { DurableObject } from "cloudflare:workers";
import { type BucketRules as Rules, type Taken, takeToken } from "../token-bucket.ts";

/**
 * A bucket that fills in less time is full again before an idle object leaves the memory (10 s at least), so it needs no
 * storage: a user's bucket (2 s) writes no row, a login's (60 s) is exact also after its object was evicted.
 */
const IN_MEMORY_MS = 10_000;
const FULL_AT = "full_at";

/**
 * One token bucket, found by its name from every location: an object handles its requests one after another, so the count is
 * exact. An alarm deletes the storage, and so the object, when the bucket is full. A deploy refills a bucket that is only in
 * memory: that allows one more burst.
 */
export class Bucket extends DurableObject {
  #fullAt: number | undefined;

  /** Milliseconds UTC; a subclass of a test has another clock. */
  protected now(): number {
    return Date.now();
  }

  /** Takes one token. The runtime sends the answer of a stored bucket only after the write is on disk. */
  async take(rules: Rules): Promise<Taken> {
    const { storage } = this.ctx;
    const now = this.now();
    const slow = (rules.capacity / rules.perSecond) * 1_000 > IN_MEMORY_MS;
    const known = this.#fullAt ?? (slow ? storage.kv.get<number>(FULL_AT) : undefined);
    const { taken, fullAt } = takeToken(known ?? now, now, rules);
    this.#fullAt = fullAt;
    if (slow && taken.allowed) {
      storage.kv.put(FULL_AT, fullAt);
      // Set once after it was full; the alarm sets itself again where more tokens were taken since.
      if (known === undefined || known <= now) await storage.setAlarm(fullAt);
    }
    return taken;
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const fullAt = storage.kv.get<number>(FULL_AT) ?? 0;
    if (fullAt > this.now()) return storage.setAlarm(fullAt);
    this.#fullAt = undefined;
    await storage.deleteAll();
  }
}
