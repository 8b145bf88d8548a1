import { expect, test } from "bun:test";
import { insertJob, JOB_KINDS } from "../../src/journal/jobs.ts";
import { withApp } from "../support/app.ts";

test("the database accepts every kind of job", () =>
  withApp(async ({ ports, rows }) => {
    const statements = JOB_KINDS.map((kind) =>
      insertJob({
        company: 1,
        id: kind,
        kind,
        total: null,
        params: {},
        traceParent: null,
        createdBy: 1,
        createdAt: 0,
      }),
    );
    await ports.writer.commit({ statements, read: () => undefined });
    const stored = await rows("select kind from jobs order by id");
    expect(stored.map(({ kind }) => String(kind))).toEqual([...JOB_KINDS].toSorted());
  }));
