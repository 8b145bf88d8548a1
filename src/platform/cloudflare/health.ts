import type { Health, Ports } from "../../ports.ts";
import { withinASecond } from "../../resilience/policies.ts";

type Part = Awaited<ReturnType<Health["check"]>>[number];

/** Ports.Health on Workers: the database and, where it is bound, the bucket answer within a second. */
export function cloudflareHealth(
  { reader, clock }: Pick<Ports, "reader" | "clock">,
  bucket: R2Bucket | undefined,
): Health {
  const asked = async (name: string, ask: () => Promise<unknown>): Promise<Part> => {
    const start = clock.now();
    const ok = await withinASecond.execute(ask).then(
      () => true,
      () => false,
    );
    return { name, ok, detail: { ms: clock.now() - start } };
  };
  return {
    check: (signal) => {
      const parts = [
        asked("database", () => reader.rows({ sql: "select 1", args: [] }, signal)),
        ...(bucket === undefined ? [] : [asked("originals", () => bucket.head("originals"))]),
      ];
      return Promise.all(parts);
    },
  };
}
