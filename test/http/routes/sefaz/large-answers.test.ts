import { expect, test } from "bun:test";
import { COMPANY } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { packedBlanks } from "../../../support/sefaz/packed-blanks.ts";

const { cnpj } = COMPANY;
const HOUR = 3_600_000;
const NFE = "http://www.portalfiscal.inf.br/nfe";

/** A service with an agent's key; `answer` gives the answer to a call. */
interface WithAgent {
  readonly service: TestApp;
  claim(): Promise<string>;
  answer(id: string, body: string, headers?: Record<string, string>): ReturnType<TestApp["send"]>;
  /** How many answers were parsed. */
  parsed(): number;
}

const withAgent = (
  body: (agent: WithAgent) => Promise<void>,
  config: { readonly NFE_QUEUE?: number } = {},
) =>
  withApp(
    async (service) => {
      const { send, ports } = service;
      await send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
      await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
      const { key } = (await send("POST", "/api/keys", { json: { name: "busca", role: "AGENTE" } }))
        .body;
      const as = "anonymous";
      const authorization = `Bearer ${key}`;
      let parsed = 0;
      const { distribution } = ports.documents;
      ports.documents.distribution = (bytes, signal) => {
        parsed += 1;
        return distribution(bytes, signal);
      };
      await body({
        service,
        parsed: () => parsed,
        claim: async () =>
          (await send("POST", "/api/sefaz/calls", { as, headers: { authorization }, json: {} }))
            .body.call.id,
        answer: (id, text, headers = { "content-length": String(text.length) }) =>
          send("POST", `/api/sefaz/calls/${id}/answer`, {
            as,
            body: text,
            headers: { authorization, "content-type": "application/octet-stream", ...headers },
          }),
      });
    },
    { config },
  );

const answerOf = (cStat: string, zips: readonly string[] = [], more = "") =>
  `<retDistDFeInt xmlns="${NFE}" versao="1.01"><tpAmb>1</tpAmb><cStat>${cStat}</cStat><xMotivo>x</xMotivo><ultNSU>000000000000000</ultNSU><maxNSU>000000000000000</maxNSU>${more}<loteDistDFeInt>${zips.map((zip, n) => `<docZip NSU="${n + 1}" schema="procNFe_v4.00.xsd">${zip}</docZip>`).join("")}</loteDistDFeInt></retDistDFeInt>`;

test("an answer that is not awaited is late, and is neither read nor parsed", () =>
  withAgent(async ({ service, claim, answer, parsed }) => {
    const id = await claim();
    expect((await answer(id, answerOf("137"))).body.outcome).toBe("none");
    expect(parsed()).toBe(1);
    const large = answerOf("137", [], " ".repeat(20_000));
    const late = await answer(id, large);
    expect([late.status, late.body]).toEqual([
      200,
      { outcome: "late", documents: 0, announced: 0, parked: 0, job_id: null, more: false },
    ]);
    // Without a declared length nothing is known of it.
    expect((await answer(id, answerOf("137"), {})).body.outcome).toBe("late");
    expect(parsed()).toBe(1);
    // A short one may be a block, which counts for the company.
    service.ports.clock.advance(2 * HOUR);
    expect((await answer(id, answerOf("656"))).body.outcome).toBe("late");
    expect(parsed()).toBe(2);
    expect(
      await service.rows("select own_block_until > ?1 as blocked from sefaz_cursors", [
        service.ports.clock.now(),
      ]),
    ).toEqual([{ blocked: 1 }]);
  }));

test("documents that are inflated count as memory of the request, also those that are damaged", () =>
  withAgent(async ({ service, claim, answer }) => {
    const zip = packedBlanks(9_900_000);
    // The size that it ends with is another one.
    zip.writeUInt32LE(7, zip.length - 4);
    const damaged = zip.toBase64();
    const id = await claim();
    const refused = await answer(
      id,
      answerOf(
        "138",
        Array.from({ length: 12 }, () => damaged),
      ),
    );
    expect([refused.status, refused.body.code]).toEqual([429, "share_exceeded"]);
    // Nothing was received: the same answer may be given again, and what it took is free.
    const taken = await answer(id, answerOf("138", [damaged, damaged]));
    expect(taken.body).toMatchObject({ outcome: "found", documents: 0, parked: 2 });
    expect(await service.rows("select reason from sefaz_parked")).toEqual([
      { reason: "gzip" },
      { reason: "gzip" },
    ]);
  }));

test("answers of one person take no more than a person's share of the threads of documents", () =>
  withAgent(
    async ({ service, claim, answer }) => {
      const { documents } = service.ports;
      const { distribution } = documents;
      let [running, most] = [0, 0];
      documents.distribution = async (bytes, signal) => {
        running += 1;
        most = Math.max(most, running);
        await Bun.sleep(20);
        running -= 1;
        return distribution(bytes, signal);
      };
      const id = await claim();
      const given = await Promise.all([1, 2, 3].map(() => answer(id, answerOf("137"))));
      expect(given.map(({ body }) => body.outcome).toSorted()).toEqual(["late", "late", "none"]);
      expect(most).toBe(1);
    },
    { NFE_QUEUE: 5 },
  ));
