import { ok } from "../../../src/lib/result.ts";
import { type Ask, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { ALLOWANCE, MOST_WAITING_ASKS, UNKNOWN_MS } from "../../../src/sefaz/fetch/limits.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import {
  type Act,
  cause,
  problem,
  type Row,
  testInterleavings,
  whole,
} from "../../ingest/receive/intruder-table.ts";

const { cnpj } = COMPANY;
const OF_CNPJ = { cnpj, environment: "1" } as const;
const CURSOR: Ask = { kind: "cursor" };
const KEY: Ask = { kind: "key", accessKey: whole.accessKey };

const fetching =
  (active: boolean, company = 1): Act =>
  ({ ports }) =>
    changeFetching(
      ports,
      { ...OF_CNPJ, uf: "35", active },
      { ...cause, actor: { ...cause.actor, company } },
    );
const proven =
  (company: number): Act =>
  ({ ports }) =>
    ports.writer.commit({
      statements: [
        {
          sql: "update sefaz_cursors set proven_until = ?2 where company = ?1",
          args: [company, ports.clock.now() + 86_400_000],
        },
      ],
      read: () => undefined,
    });
const on = [fetching(true)];
const call =
  (ask: Ask, company = 1): Act =>
  ({ ports }) =>
    claimCall(ports, { ...OF_CNPJ, company }, ask);
const askForNote: Act = ({ send }) =>
  send("POST", "/api/nfes/fetch", { json: { access_key: whole.accessKey } });
/** So many rows of a table, by their numbers `i`. */
const rows =
  (table: string, columns: string, values: string, count: number): Act =>
  ({ ports }) =>
    ports.writer.commit({
      statements: [
        {
          sql: `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
            insert into ${table} (company, id, cnpj, environment, ${columns})
            select 1, 'x' || i, '${cnpj}', '1', ${values.replace("NOW", String(ports.clock.now()))} from n`,
          args: [],
        },
      ],
      read: () => undefined,
    });

const NONE = ok({
  cStat: "137",
  xMotivo: "Nenhum documento localizado",
  dhResp: null,
  ultNSU: 0,
  maxNSU: 0,
  documents: [],
  unopened: [],
});
const answered: Act = async ({ ports }) => {
  const { permit } = await claimCall(ports, { ...OF_CNPJ, company: 1 }, CURSOR);
  return permit === null ? null : receiveResult(ports, permit, NONE);
};

const ROWS: readonly Row[] = [
  [
    "a call by the cursor",
    "that of another process",
    on,
    call(CURSOR),
    call(CURSOR),
    { permit: null },
    { calls: 1 },
  ],
  [
    "a call by the cursor",
    "that of another company that has proven the CNPJ",
    [...on, fetching(true, 2), proven(2)],
    call(CURSOR),
    call(CURSOR, 2),
    { permit: null },
    { calls: 1 },
  ],
  [
    "a call by the cursor",
    "fetching that is switched off",
    on,
    call(CURSOR),
    fetching(false),
    { permit: null, until: null },
    { calls: 0 },
  ],
  [
    "a call by key",
    "a call by the cursor",
    on,
    call(KEY),
    call(CURSOR),
    { permit: null },
    { calls: 1 },
  ],
  [
    "a call by key",
    "the last calls of the hour's allowance",
    on,
    call(KEY),
    rows("sefaz_calls", "kind, subject, at", "'key', '', NOW", ALLOWANCE),
    { permit: null },
    { calls: ALLOWANCE },
  ],
  [
    "an answer",
    "the call that follows when its time is over",
    on,
    answered,
    (service) => {
      service.ports.clock.advance(UNKNOWN_MS);
      return call(CURSOR)(service);
    },
    { outcome: "late" },
    { calls: 2 },
    1,
  ],
  [
    "an answer",
    "fetching that is switched off",
    on,
    answered,
    fetching(false),
    { outcome: "none" },
    { calls: 1 },
    1,
  ],
  [
    "a note that is asked for",
    "the same",
    on,
    askForNote,
    askForNote,
    { status: 202 },
    { asks: 1 },
  ],
  [
    "a note that is asked for",
    "so many others that no more may wait",
    on,
    askForNote,
    rows(
      "sefaz_asks",
      "kind, subject, state, asked_by, asked_at",
      "'nsu', i, 'waiting', 11, 0",
      MOST_WAITING_ASKS,
    ),
    problem(429, "sefaz.too_many_asks"),
    { asks: MOST_WAITING_ASKS },
  ],
];

testInterleavings(ROWS);
