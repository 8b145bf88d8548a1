import type { CallLimiter } from "../../resilience/policies.ts";
import { StorageFault } from "../../resilience/storage-fault.ts";
import type { Marks } from "../installation.ts";
import { markOf, markText } from "../mark-text.ts";

/** The key of the mark, in the bucket of the originals (or else of the files), which belong to the database. */
export const MARK = "installation";

/** The mark of an installation as an object of R2. Rejects as the bucket does. */
export function bucketMarks(bucket: R2Bucket, limiter: CallLimiter): Marks {
  return {
    async read() {
      const object = await limiter(() => bucket.get(MARK));
      if (object === null) return null;
      const mark = markOf(await object.text());
      if (mark === null)
        throw new StorageFault("damaged", `o objeto ${MARK} do R2 não pode ser lido como marca`);
      return mark;
    },
    async write(mark) {
      await limiter(() => bucket.put(MARK, markText(mark)));
    },
    async remove() {
      await limiter(() => bucket.delete(MARK));
    },
  };
}
