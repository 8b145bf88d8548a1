import { expect, test } from "bun:test";
import { chainAllAudits, chainAudit } from "../../src/journal/chain-audit.ts";
import { audit } from "../../src/journal/record.ts";
import { verifyAudit } from "../../src/journal/verify-audit.ts";
import { sha256 } from "../../src/lib/hash.ts";
import type { Statement } from "../../src/ports/sql.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { beforeNextCommit } from "../support/faults/before-next-commit.ts";

const COMPANY = 1;
const cause = (n: number, company = COMPANY) => ({
  actor: { company, userId: n },
  requestId: `r${n}`,
  peer: n % 2 === 0 ? null : "10.0.0.1",
});
const line = (n: number, company = COMPANY): Statement =>
  audit(cause(n, company), 1_000 + n, {
    action: "login",
    entity: "user",
    id: String(n),
    detail: { texto: `ç "${n}"` },
  });
const write = (service: TestApp, statements: Statement[]) =>
  service.ports.writer.commit({ statements, read: () => undefined });
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => line(from + n));

/** A service whose first company has `count` chained lines and no other. */
async function chained(service: TestApp, count: number): Promise<void> {
  await write(service, [{ sql: "delete from audit", args: [] }, ...lines(1, count)]);
  expect(await chainAudit(service.ports, COMPANY)).toBe(count);
}
const checked = (service: TestApp) => verifyAudit(service.ports, COMPANY);

test("the hash of a line is SHA-256 of the hash before it, a line break and its canonical text", () =>
  withApp(async (service) => {
    await chained(service, 2);
    const rows = await service.rows("select seq, hash from audit order by id");
    const text = (seq: number, peer: string | null) =>
      JSON.stringify([
        1,
        seq,
        1_000 + seq,
        seq,
        null,
        "login",
        "user",
        `${seq}`,
        `{"texto":"ç \\"${seq}\\""}`,
        `r${seq}`,
        peer,
      ]);
    const first = await sha256(`${"0".repeat(64)}\n${text(1, "10.0.0.1")}`);
    const second = await sha256(`${first}\n${text(2, null)}`);
    expect(rows).toEqual([
      { seq: 1, hash: first },
      { seq: 2, hash: second },
    ]);
  }));

test("lines are chained in order over slices and runs, and those of companies apart", () =>
  withApp(async (service) => {
    await chained(service, 1_203);
    await write(service, [...lines(5_000, 3), line(1, 2), line(2, 2)]);
    expect(await checked(service)).toMatchObject({ chained: 1_203, waiting: 3, broken: null });
    expect(await chainAllAudits(service.ports)).toBe(5);
    expect(await checked(service)).toEqual({ chained: 1_206, waiting: 0, broken: null });
    expect(await verifyAudit(service.ports, 2)).toEqual({ chained: 2, waiting: 0, broken: null });
    expect(await chainAllAudits(service.ports)).toBe(0);
  }));

test("a run whose head was moved before its commit chains nothing twice, and leaves no gap", () =>
  withApp(async (service) => {
    await write(service, [{ sql: "delete from audit", args: [] }, ...lines(1, 3)]);
    beforeNextCommit(service.ports, async () => {
      await write(service, [line(4)]);
      expect(await chainAudit(service.ports, COMPANY)).toBe(4);
    });
    expect(await chainAudit(service.ports, COMPANY)).toBe(0);
    expect(await checked(service)).toEqual({ chained: 4, waiting: 0, broken: null });
  }));

test("two that chain at the same time make one chain, whichever moves the head first", () =>
  withApp(async (service) => {
    await write(service, [{ sql: "delete from audit", args: [] }, ...lines(1, 700)]);
    const runs = await Promise.all([1, 2, 3].map(() => chainAudit(service.ports, COMPANY)));
    expect(runs.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(500);
    await chainAudit(service.ports, COMPANY);
    expect(await checked(service)).toEqual({ chained: 700, waiting: 0, broken: null });
  }));

const FORGED = `insert into audit (id, company, at, user_id, action, entity, entity_id, detail, request_id, peer, seq, hash)
  select 10000 + id, company, at, user_id, action, entity, entity_id, detail, request_id, peer, seq + 1, hash from audit where seq = 5`;

test.each([
  [
    "changed in a text",
    "update audit set detail = '{}' where seq = 4",
    { seq: 4, kind: "changed" },
  ],
  [
    "changed in its author",
    "update audit set user_id = 9 where seq = 1",
    { seq: 1, kind: "changed" },
  ],
  [
    "changed in its time",
    "update audit set at = at + 1 where seq = 5",
    { seq: 5, kind: "changed" },
  ],
  [
    "changed in its hash",
    "update audit set hash = printf('%064d', 7) where seq = 2",
    { seq: 2, kind: "changed" },
  ],
  ["removed", "delete from audit where seq = 3", { seq: 3, kind: "missing" }],
  ["removed at the beginning", "delete from audit where seq = 1", { seq: 1, kind: "missing" }],
  ["removed at the end", "delete from audit where seq = 5", { seq: 5, kind: "head" }],
  [
    "removed with its number closed",
    "delete from audit where seq = 3; update audit set seq = seq - 1 where seq > 3",
    { seq: 3, kind: "changed" },
  ],
  [
    "added between",
    "update audit set id = 9000 + id where seq > 3; update audit_heads set line = 9000 + line; insert into audit (id, company, at, action, entity, detail, request_id) values (8000, 1, 1, 'login', 'user', '{}', 'r')",
    { seq: 4, kind: "unchained" },
  ],
  ["added at the end as if chained", FORGED, { seq: 6, kind: "head" }],
  [
    "moved",
    "update audit set id = id + 9000 where seq = 2; update audit_heads set line = 20000",
    { seq: 2, kind: "missing" },
  ],
  [
    "moved with its number",
    "update audit set seq = 5 - seq where seq in (2, 3); update audit set id = -id where seq in (2, 3); update audit set id = (select min(id) from audit where id > 0) + seq - 1 where id < 0",
    { seq: 2, kind: "changed" },
  ],
  [
    "stripped of its hash",
    "update audit set seq = null, hash = null where seq = 5",
    { seq: 5, kind: "unchained" },
  ],
  ["chained by a head that was removed", "delete from audit_heads", { seq: 1, kind: "head" }],
])("a line that was %s is found, and the first one named", (_, tampering, broken) =>
  withApp(async (service) => {
    await chained(service, 5);
    expect((await checked(service)).broken).toBe(null);
    await write(
      service,
      tampering.split(";").map((sql) => ({ sql, args: [] })),
    );
    expect((await checked(service)).broken).toEqual(broken as never);
  }),
);

test("a chain that was computed again is found by a head that was noted elsewhere", () =>
  withApp(async (service) => {
    await chained(service, 5);
    const [noted] = await service.rows("select seq, hash from audit where seq = 4");
    const known = [{ seq: Number(noted?.seq), hash: String(noted?.hash) }];
    expect((await verifyAudit(service.ports, COMPANY, known)).broken).toBe(null);
    await write(service, [
      { sql: "update audit set peer = '10.9.9.9' where seq = 2", args: [] },
      { sql: "update audit set seq = null, hash = null", args: [] },
      { sql: "delete from audit_heads", args: [] },
    ]);
    await chainAudit(service.ports, COMPANY);
    expect((await checked(service)).broken).toBe(null);
    expect((await verifyAudit(service.ports, COMPANY, known)).broken).toEqual({
      seq: 4,
      kind: "known",
    });
    expect(
      (await verifyAudit(service.ports, COMPANY, [{ seq: 6, hash: "0".repeat(64) }])).broken,
    ).toEqual({ seq: 6, kind: "known" });
  }));
