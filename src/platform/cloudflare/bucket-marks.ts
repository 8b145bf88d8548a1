import type { CallLimiter } from "../../resilience/policies.ts";
import { StorageFault } from "../../resilience/storage-fault.ts";
import type { Marks } from "../installation.ts";
import { markOf, markText } from "../mark-text.ts";

/** The key of the mark, in the bucket of the originals (or else of the files), which belong to the database. */
export const MARK = "installation";

/** The mark of an installation as an object of R2; `home`: of a further database. Rejects as the bucket does. */
export function bucketMarks(bucket: R2Bucket, limiter: CallLimiter, home?: string): Marks {
  const key = home === undefined ? MARK : `${MARK}-${home}`;
  return {
    async read() {
      const object = await limiter(() => bucket.get(key));
      if (object === null) return null;
      const mark = markOf(await object.text());
      if (mark === null)
        throw new StorageFault("damaged", `o objeto ${key} do R2 não pode ser lido como marca`);
      return mark;
    },
    async write(mark) {
      await limiter(() => bucket.put(key, markText(mark)));
    },
    async remove() {
      await limiter(() => bucket.delete(key));
    },
  };
}
