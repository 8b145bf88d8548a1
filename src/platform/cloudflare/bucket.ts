import { DurableObject } from "cloudflare:workers";
import { type BucketRules as Rules, type Taken, takeToken } from "../token-bucket.ts";

/**
 * A bucket that fills in less time is full again before an idle object leaves the memory (10 s at the least), so it needs
 * no storage: the user's bucket (2 s) costs no row, a login's (60 s) is exact also after the object was gone.
 */
const IN_MEMORY_MS = 10_000;
const FULL_AT = "full_at";

/**
 * One token bucket, by its name wherever in the world one asks: requests to an object come one after another, so the figure is
 * exact. What was stored goes with an alarm when the bucket is full, and the object with it. A deploy fills a quick bucket:
 * one more burst, no more.
 */
export class Bucket extends DurableObject {
  #fullAt: number | undefined;

  /** Milliseconds UTC; a test's own class has another clock. */
  protected now(): number {
    return Date.now();
  }

  /** Takes one token. The answer of a slow bucket leaves when it is on disk (the runtime holds it until then). */
  async take(rules: Rules): Promise<Taken> {
    const { storage } = this.ctx;
    const now = this.now();
    const slow = (rules.capacity / rules.perSecond) * 1_000 > IN_MEMORY_MS;
    const known = this.#fullAt ?? (slow ? storage.kv.get<number>(FULL_AT) : undefined);
    const { taken, fullAt } = takeToken(known ?? now, now, rules);
    this.#fullAt = fullAt;
    if (slow && taken.allowed) {
      storage.kv.put(FULL_AT, fullAt);
      // Once for each time that it was full; the alarm looks again where more was taken since.
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
