import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { gzipBase64 } from "../../../src/synthetic/answers.ts";
import { announcedKey, noteSummary } from "../sefaz/summaries.ts";
import { json, type Kind, type World } from "./world.ts";

const ABOUT = ["FETCHED", "NOW", "PARKED", "CLAIMED", "ANSWERED"];

/** A CNPJ of its own with fetching switched on; `call`: the one that is awaited. */
async function fetching(world: World, about: string, n: number, call: string | null = null) {
  const { company, service } = world;
  const cnpj = cnpjOf(`${company}${ABOUT.indexOf(about)}${String(n).padStart(10, "0")}`);
  await service.ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_cursors (company, cnpj, environment, uf, active, call, saved_by, created_at, updated_at)
          values (?1, ?2, '1', '35', 1, ?3, 14, 0, 0)`,
        args: [company, cnpj, call],
      },
      {
        sql: `insert into sefaz_calls (company, id, cnpj, environment, kind, subject, at)
          select ?1, ?3, ?2, '1', 'cursor', '0', 0 where ?3 is not null`,
        args: [company, cnpj, call],
      },
      {
        sql: `insert into sefaz_parked (company, cnpj, environment, nsu, schema, reason, parked_at)
          select ?1, ?2, '1', 7, 'procNFe_v4.00.xsd', 'gzip', 0 where ?3 = 'PARKED'`,
        args: [company, cnpj, about],
      },
    ],
    read: () => undefined,
  });
  return cnpj;
}

/** An answer of the distribution with one summary. */
const answerWith = async (key: string) =>
  `<retDistDFeInt versao="1.01" xmlns="http://www.portalfiscal.inf.br/nfe"><tpAmb>1</tpAmb><verAplic>1</verAplic><cStat>138</cStat><xMotivo>Documento(s) localizado(s)</xMotivo><dhResp>2026-11-20T10:00:00-03:00</dhResp><ultNSU>000000000000001</ultNSU><maxNSU>000000000000001</maxNSU><loteDistDFeInt><docZip NSU="000000000000001" schema="resNFe_v1.01.xsd">${await gzipBase64(noteSummary(key))}</docZip></loteDistDFeInt></retDistDFeInt>`;

/** An announced note of the company; its key. */
async function announced({ company, service }: World, n: number): Promise<string> {
  const key = announcedKey(company * 2_000_000 + n);
  await service.ports.writer.commit({
    statements: [
      {
        sql: `insert into announced_notes (company, access_key, cnpj, nsu, issuer, issuer_name, issued_at, issued_ms, value_e2, tp_nf,
            c_sit, protocol, announced_at)
          values (?1, ?2, ?3, ?4, substr(?2, 7, 14), 'F', '', 0, 100, '1', '1', '1', 0)`,
        args: [company, key, cnpjOf("731845260001"), n],
      },
    ],
    read: () => undefined,
  });
  return key;
}

/** A statement of the company that waits, or that an agent has claimed; its CNPJ. */
async function statement(
  { company, service }: World,
  about: "WAITS" | "CLAIMED",
  n: number,
): Promise<{ cnpj: string; id: string }> {
  const cnpj = cnpjOf(`${company}${about === "WAITS" ? 7 : 8}${String(n).padStart(10, "0")}`);
  const id = `stated-${about}-${n}`;
  await service.ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_statements (company, id, access_key, author, environment, type, sequence, state, call, call_until,
            next_at, by_rule, asked_by, asked_at)
          values (?1, ?2, ?3, ?4, '1', '210210', 1, iif(?5 = 'CLAIMED', 'sending', 'asked'), iif(?5 = 'CLAIMED', ?2, null), 0, 0, 0,
            14, 0)`,
        args: [
          company,
          id,
          announcedKey(company * 10_000_000 + (about === "WAITS" ? 3_000_000 : 4_000_000) + n),
          cnpj,
          about,
        ],
      },
    ],
    read: () => undefined,
  });
  return { cnpj, id };
}

/** Every POST about notes from the tax office. */
export const SEFAZ_KINDS: readonly Kind[] = [
  {
    route: "/api/nfes/{access_key}/statement",
    answers: "kept",
    make: async (world, n) =>
      json(`/api/nfes/${await announced(world, n)}/statement`, { type: "210200" }),
  },
  {
    route: "/api/nfes/fetch",
    answers: "lost",
    async make(world, n) {
      const cnpj = await fetching(world, "FETCHED", n);
      return json("/api/nfes/fetch", { access_key: announcedKey(n), cnpj });
    },
  },
  {
    route: "/api/sefaz/fetch-now",
    answers: "kept",
    make: async (world, n) =>
      json("/api/sefaz/fetch-now", { cnpj: await fetching(world, "NOW", n) }),
  },
  {
    route: "/api/sefaz/parked/retry",
    answers: "kept",
    make: async (world, n) =>
      json("/api/sefaz/parked/retry", { cnpj: await fetching(world, "PARKED", n), nsu: 7 }),
  },
  {
    // A claim whose answer was lost is a call that counts; there may be another when its hour is over.
    route: "/api/sefaz/calls",
    answers: "open",
    make: async (world, n) =>
      json("/api/sefaz/calls", { cnpjs: [await fetching(world, "CLAIMED", n)] }),
  },
  {
    route: "/api/sefaz/calls/{id}/answer",
    answers: "kept",
    async make(world, n) {
      const call = `answered-${n}`;
      await fetching(world, "ANSWERED", n, call);
      return {
        path: `/api/sefaz/calls/${call}/answer`,
        type: "application/octet-stream",
        body: await answerWith(announcedKey(1_000_000 + n)),
      };
    },
  },
  {
    // A claim whose answer was lost ends with its lease; then there may be another.
    route: "/api/sefaz/statements",
    answers: "open",
    async make(world, n) {
      const { cnpj } = await statement(world, "WAITS", n);
      return json("/api/sefaz/statements", { cnpj });
    },
  },
  {
    route: "/api/sefaz/statements/{id}/answer",
    answers: "kept",
    async make(world, n) {
      const { id } = await statement(world, "CLAIMED", n);
      const sent = { step: "send", sequence: 1, at: "2026-11-23T12:00:00.000Z", signed: "" };
      const calls = [{ ...sent, fault: "unreachable" }];
      return json(`/api/sefaz/statements/${id}/answer`, { call: id, calls });
    },
  },
];
