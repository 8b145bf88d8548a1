import type { WriteJob } from "../../../src/ports/sql.ts";
import type { TestPorts } from "../ports.ts";

/**
 * Runs `intrude` once, right before the next batch is committed: it writes between what that writer has read and its batch.
 * `skip`: so many batches are committed before.
 */
export function beforeNextCommit(
  ports: Pick<TestPorts, "writer">,
  intrude: () => Promise<unknown>,
  skip = 0,
): void {
  const { writer } = ports;
  const commit = writer.commit.bind(writer);
  let left = skip;
  writer.commit = async <T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> => {
    if (left-- > 0) return commit(job, signal);
    writer.commit = commit;
    await intrude();
    return commit(job, signal);
  };
}
