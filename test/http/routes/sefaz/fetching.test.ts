import { expect, test } from "bun:test";
import type { Role } from "../../../../src/accounts/roles.ts";
import { expireCalls } from "../../../../src/sefaz/fetch/expire-calls.ts";
import { cnpjOf } from "../../../../src/synthetic/access-keys.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../../src/synthetic/trade.ts";
import { SefazPlay } from "../../../sefaz/play/play.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { runJobs } from "../../../support/run-jobs.ts";
import { announcedKey, noteSummary } from "../../../support/sefaz/summaries.ts";

const { cnpj } = COMPANY;
const note = syntheticNote({ seed: 5, items: 1 });

/** A service with fetching switched on, and a play of the tax office with the same clock. */
const withSefaz = (body: (service: TestApp, play: SefazPlay) => Promise<void>) =>
  withApp(async (service) => {
    const play = new SefazPlay({ now: () => service.ports.clock.now() });
    await service.send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
    const on = await service.send("PATCH", "/api/sefaz", {
      json: { cnpj, uf: "SP", active: true },
    });
    expect(on.status).toBe(200);
    await body(service, play);
  });

/** What an agent does: claims a call, makes it, gives the answer back. Null: there was none to make. */
async function agent({ send }: TestApp, play: SefazPlay) {
  const claimed = await send("POST", "/api/sefaz/calls", { json: {} });
  const { call } = claimed.body;
  if (call === null) return null;
  const answer = await play.receive(call.message, null);
  return deliver({ send }, call.id, answer);
}

const deliver = async ({ send }: Pick<TestApp, "send">, id: string, answer: string) => {
  const given = await send("POST", `/api/sefaz/calls/${id}/answer`, {
    body: new TextEncoder().encode(answer),
    headers: { "content-type": "application/octet-stream" },
  });
  expect(given.status).toBe(200);
  return given.body;
};

test("an agent fetches what the service has, and the state says how far it is", () =>
  withSefaz(async (service, play) => {
    const { send, ports } = service;
    play.push(cnpj, "procNFe_v4.00.xsd", note.xml, note.accessKey);
    for (let n = 1; n <= 60; n += 1)
      play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
    expect(await agent(service, play)).toMatchObject({
      outcome: "found",
      documents: 1,
      announced: 49,
      more: true,
    });
    expect(await agent(service, play)).toBeNull();
    ports.clock.advance(1_000);
    expect(await agent(service, play)).toMatchObject({ announced: 11, documents: 0, more: false });
    const [state] = (await send("GET", "/api/sefaz")).body.data;
    expect(state).toMatchObject({
      cnpj,
      uf: "SP",
      active: true,
      ult_nsu: 61,
      max_nsu: 61,
      last_answer: { code: "138" },
    });
    expect(Date.parse(state.next_at) - ports.clock.now()).toBeGreaterThan(3_600_000);
    await runJobs(ports);
    expect((await send("GET", `/api/nfes/${note.accessKey}`)).status).toBe(200);
    expect(play.counts.forbidden).toBe(0);
  }));

test("announced notes are read by pages until the note is here, by whatever way", () =>
  withSefaz(async (service, play) => {
    const { send, upload } = service;
    play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(note.accessKey), note.accessKey);
    for (let n = 1; n <= 4; n += 1)
      play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
    await agent(service, play);
    expect(
      await service.rows("select count(*) as n from events where type = 'nfe.announced'"),
    ).toEqual([{ n: 5 }]);
    const keys: string[] = [];
    for (let cursor: string | null = "start"; cursor !== null; ) {
      const page: { data: { access_key: string }[]; pagination: { next_cursor: string | null } } = (
        await send("GET", `/api/nfes/announced?limit=2&cursor=${cursor}`)
      ).body;
      for (const one of page.data) {
        expect(one).toMatchObject({
          status: "ANUNCIADA",
          situation: "authorised",
          total_value: 150.75,
        });
        keys.push(one.access_key);
      }
      cursor = page.pagination.next_cursor;
    }
    expect(keys.toSorted()).toEqual(
      [note.accessKey, ...[1, 2, 3, 4].map((n) => announcedKey(n))].toSorted(),
    );
    await upload(note.xml);
    const left = (await send("GET", "/api/nfes/announced")).body.data;
    expect(left).toHaveLength(4);
    expect((await send("GET", "/api/nfes")).body.data).toHaveLength(1);
  }));

test("a note is fetched by its key as it stands on the paper, once, however often it is asked for", () =>
  withSefaz(async (service, play) => {
    const { send, ports } = service;
    play.issue({
      accessKey: note.accessKey,
      xml: note.xml,
      to: cnpj,
      issuedAt: ports.clock.now(),
      isFull: true,
    });
    const printed = note.accessKey.match(/.{4}/g)?.join(" ");
    const asked = await send("POST", "/api/nfes/fetch", { json: { access_key: printed } });
    const again = await send("POST", "/api/nfes/fetch", { json: { access_key: note.accessKey } });
    expect([asked.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(asked.body);
    expect(await agent(service, play)).toMatchObject({ outcome: "found", documents: 1 });
    await runJobs(ports);
    expect((await send("GET", `/api/nfes/${note.accessKey}`)).status).toBe(200);
    await send("POST", "/api/nfes/fetch", { json: { access_key: announcedKey(9) } });
    expect(await agent(service, play)).toMatchObject({ outcome: "refused" });
    expect(await service.rows("select state, code from sefaz_asks order by id")).toEqual([
      { state: "done", code: "138" },
      { state: "refused", code: "217" },
    ]);
  }));

test("a document that cannot be read is listed, and asked for again by its NSU", () =>
  withSefaz(async (service, play) => {
    const { send, ports } = service;
    play.pushPacked(cnpj, "procNFe_v4.00.xsd", "bm8gZ3ppcA==");
    await agent(service, play);
    const parked = (await send("GET", "/api/sefaz/parked")).body;
    expect(parked).toMatchObject({
      data: [{ cnpj, nsu: 1, reason: "gzip" }],
      pagination: { next_cursor: null },
    });
    expect(
      (await send("POST", "/api/sefaz/parked/retry", { json: { cnpj, nsu: 2 } })).body.code,
    ).toBe("sefaz.parked_not_found");
    expect((await send("POST", "/api/sefaz/parked/retry", { json: { cnpj, nsu: 1 } })).status).toBe(
      202,
    );
    const { call } = (await send("POST", "/api/sefaz/calls", { json: {} })).body;
    expect(call.message).toContain("<consNSU><NSU>000000000000001</NSU></consNSU>");
    ports.clock.advance(1_000);
    // The service gives it whole this time.
    const other = new SefazPlay({ now: () => ports.clock.now() });
    other.push(cnpj, "procNFe_v4.00.xsd", note.xml, note.accessKey);
    expect(await deliver(service, call.id, await other.receive(call.message, null))).toMatchObject({
      documents: 1,
      parked: 0,
    });
    expect((await send("GET", "/api/sefaz/parked")).body.data).toEqual([]);
  }));

test("a document that cannot be read is downloaded byte by byte as it was kept, for 180 days", () =>
  withSefaz(async (service, play) => {
    const { send, ports, rows } = service;
    play.push(cnpj, "procFuturo_v1.00.xsd", "<procFuturo>ç</procFuturo>");
    play.pushPacked(cnpj, "procNFe_v4.00.xsd", "bm8gZ3ppcA==");
    await agent(service, play);
    const document = async (nsu: number, as: Role = "GERENTE") => {
      const path = `/api/sefaz/parked/${cnpj}.1.${nsu}/document`;
      const { status, headers, text } = await send("GET", path, { as });
      const name = /filename="(.*)"/.exec(headers.get("content-disposition") ?? "")?.[1];
      return status === 200 ? [name, text] : status;
    };
    expect(await document(1)).toEqual([`SEFAZ-${cnpj}-NSU-1.xml`, "<procFuturo>ç</procFuturo>"]);
    expect(await document(2)).toEqual([`SEFAZ-${cnpj}-NSU-2.bin`, "no gzip"]);
    expect([await document(3), await document(1, "OPERADOR")]).toEqual([404, 403]);
    const kept = async () => Number((await rows("select count(*) as n from sefaz_parked"))[0]?.n);
    ports.clock.advance(179 * 86_400_000);
    await expireCalls(ports, 1);
    expect(await kept()).toBe(2);
    ports.clock.advance(2 * 86_400_000);
    await expireCalls(ports, 1);
    expect(await kept()).toBe(0);
  }));

test("a fault that an agent reports, or an answer that is none, costs what it may have cost", () =>
  withSefaz(async (service) => {
    const { send, ports } = service;
    const wait = async () => {
      const claim = (await send("POST", "/api/sefaz/calls", { json: {} })).body;
      expect(claim.call).toBeNull();
      return Math.round((Date.parse(claim.next_at) - ports.clock.now()) / 60_000);
    };
    const claimed = async () => (await send("POST", "/api/sefaz/calls", { json: {} })).body.call.id;
    const report = async (query: string) =>
      (await send("POST", `/api/sefaz/calls/${await claimed()}/answer?${query}`)).body.outcome;
    expect(await report("fault=unreachable")).toBe("fault");
    expect(await wait()).toBeLessThanOrEqual(2);
    ports.clock.advance(120_000);
    expect(await report("fault=http_status&status=503")).toBe("fault");
    expect(await wait()).toBeLessThanOrEqual(3);
    ports.clock.advance(240_000);
    expect(await report("fault=cut")).toBe("fault");
    expect(await wait()).toBe(63);
    ports.clock.advance(63 * 60_000);
    expect((await deliver(service, await claimed(), "no XML at all")).outcome).toBe("fault");
    expect(await wait()).toBe(63);
  }));

test("an ADMIN sets a cursor back, never forward, and what follows is fetched again", () =>
  withSefaz(async (service, play) => {
    const { send, ports, rows } = service;
    for (let n = 1; n <= 5; n += 1)
      play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
    // An agent has reported another cursor than the service: all later notes would be passed over.
    const wrong = `<retDistDFeInt xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.01"><cStat>138</cStat><ultNSU>999999999999999</ultNSU><maxNSU>999999999999999</maxNSU><loteDistDFeInt><docZip NSU="000000000000002" schema="x">eA==</docZip></loteDistDFeInt></retDistDFeInt>`;
    const first = (await send("POST", "/api/sefaz/calls", { json: {} })).body.call;
    await deliver(service, first.id, wrong);
    ports.clock.advance(2 * 3_600_000);
    const open = (await send("POST", "/api/sefaz/calls", { json: {} })).body.call;
    const set = (ult_nsu: number, as: "ADMIN" | "GERENTE" = "ADMIN", of = cnpj) =>
      send("PATCH", "/api/sefaz", { as, json: { cnpj: of, uf: "SP", active: true, ult_nsu } });
    expect((await set(1, "GERENTE")).status).toBe(403);
    expect((await set(1)).body.data).toMatchObject([{ ult_nsu: 1 }]);
    expect(await rows("select first_nsu, last_nsu from sefaz_nsu_gaps")).toEqual([]);
    // The answer of the call that was under way would move it forward again.
    expect((await deliver(service, open.id, wrong)).outcome).toBe("late");
    const ahead = await set(2);
    expect([ahead.status, ahead.body.code, ahead.body.ult_nsu]).toEqual([
      422,
      "sefaz.cursor_ahead",
      1,
    ]);
    const branch = cnpjOf(`${cnpj.slice(0, 8)}0002`);
    expect((await set(1, "ADMIN", branch)).body).toMatchObject({
      code: "sefaz.cursor_ahead",
      ult_nsu: 0,
    });
    expect((await set(0)).status).toBe(200);
    ports.clock.advance(2 * 3_600_000);
    expect(await agent(service, play)).toMatchObject({ outcome: "found", announced: 5 });
    expect((await send("GET", "/api/sefaz")).body.data).toMatchObject([{ ult_nsu: 5, max_nsu: 5 }]);
    expect(
      await rows(
        "select detail ->> 'ult_nsu' as ult_nsu from audit where action = 'sefaz.configure' order by id",
      ),
    ).toEqual([{ ult_nsu: null }, { ult_nsu: 1 }, { ult_nsu: 0 }]);
  }));

test("only a CNPJ of the company is switched on, and nothing is asked for while none is", () =>
  withApp(async ({ send }) => {
    expect((await send("POST", "/api/sefaz/calls", { json: {} })).body).toEqual({
      call: null,
      next_at: null,
    });
    const other = { cnpj: cnpjOf("224488660001"), uf: "SP", active: true };
    await send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
    expect((await send("PATCH", "/api/sefaz", { json: other })).body.code).toBe("sefaz.other_cnpj");
    // A branch has the same root.
    const branch = { ...other, cnpj: cnpjOf(`${cnpj.slice(0, 8)}0002`) };
    expect((await send("PATCH", "/api/sefaz", { json: branch })).status).toBe(200);
    for (const [path, json] of [
      ["/api/sefaz/fetch-now", { cnpj }],
      ["/api/nfes/fetch", { access_key: announcedKey(1), cnpj }],
    ] as const)
      expect((await send("POST", path, { json })).body.code).toBe("sefaz.not_fetching");
  }));
