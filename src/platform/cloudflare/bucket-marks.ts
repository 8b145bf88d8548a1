import type { CallLimiter } from "../../resilience/policies.ts";
import { StorageFault } from "../../resilience/storage-fault.ts";
import type { Marks } from "../installation.ts";
import { markOf, markText } from "../mark-text.ts";

/** The mark's object, in the bucket of the originals (or of the files): what belongs together with the database. */
export const MARK = "installation";

/** The mark of an installation as an object of R2. Rejects as the bucket does. */
export function bucketMarks(bucket: R2Bucket, way: CallLimiter): Marks {
  return {
    async read() {
      const object = await way(() => bucket.get(MARK));
      if (object === null) return null;
      const mark = markOf(await object.text());
      if (mark === null)
        throw new StorageFault("damaged", `o objeto ${MARK} do R2 não pode ser lido como marca`);
      return mark;
    },
    async write(mark) {
      await way(() => bucket.put(MARK, markText(mark)));
    },
    async remove() {
      await way(() => bucket.delete(MARK));
    },
  };
}
