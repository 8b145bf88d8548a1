import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { TestApp } from "../app.ts";
import { announcedKey, noteSummary } from "../sefaz/summaries.ts";
import type { Go } from "./walk-counts.ts";

/** An answer of the distribution with these documents. */
export const distribution = (documents: string) =>
  `<retDistDFeInt versao="1.01" xmlns="http://www.portalfiscal.inf.br/nfe"><tpAmb>1</tpAmb><verAplic>1</verAplic><cStat>138</cStat><xMotivo>x</xMotivo><dhResp>2026-11-20T10:00:00-03:00</dhResp><ultNSU>000000000000002</ultNSU><maxNSU>000000000000009</maxNSU><loteDistDFeInt>${documents}</loteDistDFeInt></retDistDFeInt>`;
/** A document of it, under the NSU 2. */
export const docZip = (schema: string, bytes: Uint8Array<ArrayBuffer>) =>
  `<docZip NSU="000000000000002" schema="${schema}">${Bun.gzipSync(bytes).toBase64()}</docZip>`;

/** Asks every route of notes from the tax office for everything that it has a statement for. */
export async function walkSefaz(service: TestApp, go: Go): Promise<void> {
  const { ports } = service;
  const { cnpj } = COMPANY;
  const path = "/api/sefaz";
  await go("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
  await go("PATCH", path, { json: { cnpj, uf: "SP", active: true } });
  await go("GET", path);
  await go("POST", `${path}/fetch-now`, { json: { cnpj } });
  await go("POST", "/api/nfes/fetch", { json: { access_key: announcedKey(1) } });
  const calls = `${path}/calls`;
  const claimed = async () => {
    await go("POST", calls, { json: {} });
    // Not by the reader, whose statements are those of the routes.
    const { rows } = await ports.database.writing.execute("select max(id) as id from sefaz_calls");
    return `${calls}/${Object.values(rows[0] ?? {})[0]}/answer`;
  };
  const summary = docZip("resNFe_v1.01.xsd", noteSummary(announcedKey(2)));
  const damaged = '<docZip NSU="000000000000001" schema="procNFe_v4.00.xsd">bm8=</docZip>';
  const send = (at: string, body: string, query = "") =>
    go("POST", `${calls}/{id}/answer`, {
      at,
      query,
      body: new TextEncoder().encode(body),
      headers: { "content-type": "application/octet-stream" },
    });
  // By key, then by the cursor, then without an answer.
  await send(await claimed(), distribution(summary));
  await send(await claimed(), distribution(summary + damaged));
  ports.clock.advance(60_000);
  await send(await claimed(), "", "?fault=cut");
  await go("POST", calls, { json: { cnpjs: [cnpj] } });
  for (const query of ["", "?cursor=start"]) {
    await go("GET", "/api/nfes/announced", { query });
    await go("GET", `${path}/parked`, { query });
  }
  await go("GET", `${path}/parked/{id}/document`, { at: `${path}/parked/${cnpj}.1.1/document` });
  await go("POST", `${path}/parked/retry`, { json: { cnpj, nsu: 1 } });
  const note = `/api/nfes/${announcedKey(2)}`;
  const stated = { at: `${note}/statement`, json: { type: "210200" } };
  for (let n = 0; n < 2; n += 1) await go("POST", "/api/nfes/{access_key}/statement", stated);
  await go("PUT", "/api/statements/rule", { json: { awareness: "known_suppliers" } });
  await go("GET", "/api/statements/rule");
  for (const query of ["", "?state=asked", `?access_key=${announcedKey(2)}`])
    await go("GET", "/api/statements", { query });
  await walkStatements(service, go);
}

/** Claims a statement as an agent does: refused by the service as a duplicate, asked for, and its answer lost. */
async function walkStatements({ ports }: TestApp, go: Go): Promise<void> {
  const path = "/api/sefaz/statements";
  await go("POST", path, { json: { cnpj: COMPANY.cnpj } });
  const { rows } = await ports.database.writing.execute(
    "select id, call from sefaz_statements where call is not null",
  );
  const [id, call] = Object.values(rows[0] ?? {});
  const at = `${path}/${id}/answer`;
  const sent = { step: "send", sequence: 1, at: "2026-11-23T12:00:00.000Z", signed: "" };
  await go("POST", `${path}/{id}/answer`, {
    at,
    json: { call, calls: [{ ...sent, fault: "cut" }] },
  });
  await go("POST", path, { json: { cnpj: COMPANY.cnpj } });
}
