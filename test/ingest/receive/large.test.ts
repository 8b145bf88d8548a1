import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { answerOf } from "../../support/app.ts";
import { type Server, withServer } from "../../support/server.ts";

const ITEMS = 100;
const notes = Array.from({ length: 12 }, (_, n) => syntheticNote({ seed: 1 + n, items: ITEMS }));

async function countOf(server: Server, sql: string): Promise<number> {
  const [row] = await server.ports.reader.rows({ sql, args: [] });
  return Number(row?.n);
}

test("large notes are read by threads, each once, and their stock is as exact as any", () =>
  withServer(async (server) => {
    const { PARSE_INLINE_BYTES } = server.ports.config;
    for (const { xml } of notes) expect(xml.length).toBeGreaterThan(PARSE_INLINE_BYTES);
    const sent = await Promise.all(notes.map(({ xml }) => server.upload(xml, "?approve=true")));
    expect(sent.map(({ body }) => body.status)).toEqual(notes.map(() => "PROCESSADA"));
    expect(server.ports.figures().documents.answered).toBe(notes.length);
    expect(await countOf(server, "select count(*) as n from movements")).toBe(notes.length * ITEMS);
    expect(await reconcileAll(server.ports, 1)).toEqual([]);
  }));

const COLUMNS = `name, cnpjs, environment, time_zone, auto_approve, overridable_holds, require_signature, require_mapping,
  allow_negative, settings_version, created_at, updated_at`;

/** A key of company `n`, which has the settings of the first. */
async function keyOf(server: Server, n: number): Promise<string> {
  const body = JSON.stringify({ name: `Programa ${n}`, role: "OPERADOR" });
  const { key, id } = (await server.call("POST", "/api/keys", { body })).body;
  await server.ports.writer.commit({
    statements: [
      {
        sql: `insert or ignore into companies (id, ${COLUMNS}) select ?1, ${COLUMNS} from companies where id = 1`,
        args: [n],
      },
      {
        sql: `insert or ignore into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
          select ?1, user_id, role, 1, accepted_at, created_at, updated_at from memberships where company = 1`,
        args: [n],
      },
      { sql: "update api_keys set company = ?1 where id = ?2", args: [n, id] },
    ],
    read: () => undefined,
  });
  return key;
}

const uploadAs = async ({ url }: Server, key: string, xml: string) =>
  answerOf(
    await fetch(`${url}/api/nfe/upload?approve=true`, {
      method: "POST",
      body: xml,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/xml" },
    }),
  );

test("a full queue of documents is 503 with Retry-After, writes nothing, and accepts documents again later", () =>
  withServer(
    async (server) => {
      // No person and no company can fill the queue alone: the documents come from several companies.
      const keys = await Promise.all([1, 2, 3, 4].map((n) => keyOf(server, n)));
      let left = [...notes];
      let refused = 0;
      let taken = 0;
      for (let round = 0; left.length > 0 && round < 100; round++) {
        const answers = await Promise.all(
          left.map(async (note, n) => ({
            note,
            answer: await uploadAs(server, keys[n % keys.length] ?? "", note.xml),
          })),
        );
        for (const { answer } of answers) {
          if (answer.status === 200) {
            taken += 1;
            continue;
          }
          refused += 1;
          expect([answer.status, answer.body.code, answer.headers.get("retry-after")]).toEqual([
            503,
            "overloaded",
            "1",
          ]);
          expect(answer.headers.get("content-type")).toStartWith("application/problem+json");
        }
        for (const table of ["notes", "originals"])
          expect(await countOf(server, `select count(*) as n from ${table}`)).toBe(taken);
        for (const table of ["note_items", "movements"])
          expect(await countOf(server, `select count(*) as n from ${table}`)).toBe(taken * ITEMS);
        left = answers.filter(({ answer }) => answer.status !== 200).map(({ note }) => note);
      }
      expect(refused).toBeGreaterThan(0);
      expect(taken).toBe(notes.length);
      // Overload is no refusal: the audit tells of none.
      expect(
        await countOf(server, "select count(*) as n from audit where action = 'nfe.refuse'"),
      ).toBe(0);
      for (const company of [1, 2, 3, 4])
        expect(await reconcileAll(server.ports, company)).toEqual([]);
    },
    { NFE_WORKERS: 1, NFE_QUEUE: 1 },
  ));

test("a change of settings judges large pending notes again, however short the queue of documents is", () =>
  withServer(
    async (server) => {
      for (const { xml } of notes) expect((await server.upload(xml)).status).toBe(200);
      const body = JSON.stringify({ environment: "homologation" });
      const changed = await server.call("PATCH", "/api/company", { body });
      expect(changed.status).toBe(200);
      expect(
        await countOf(server, "select count(*) as n from notes where holds like '%homologation%'"),
      ).toBe(notes.length);
    },
    { NFE_WORKERS: 1, NFE_QUEUE: 2, BATCH_CONCURRENCY: 3 },
  ));
