import { COMPANY } from "../../../src/synthetic/trade.ts";
import { announcedKey } from "../sefaz/summaries.ts";

const { cnpj } = COMPANY;
const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** The routes of notes from the tax office, each with a request that it would take; ids of no call. */
export const SEFAZ_REQUESTS = [
  { method: "GET", path: "/api/sefaz", query: [] },
  {
    method: "PATCH",
    path: "/api/sefaz",
    query: [],
    ...json(
      { cnpj, uf: "SP", active: true, environment: "production" },
      { cnpj, uf: "sp", active: false, ult_nsu: 0 },
    ),
  },
  { method: "POST", path: "/api/sefaz/fetch-now", query: [], ...json({ cnpj }) },
  { method: "GET", path: "/api/sefaz/parked", query: ["cursor", "limit"] },
  { method: "POST", path: "/api/sefaz/parked/retry", query: [], ...json({ cnpj, nsu: 7 }) },
  { method: "GET", path: `/api/sefaz/parked/${cnpj}.1.7/document`, query: [] },
  { method: "POST", path: "/api/sefaz/calls", query: [], ...json({}, { cnpjs: [cnpj] }) },
  {
    method: "POST",
    path: "/api/sefaz/calls/no-such-call/answer",
    query: ["fault", "status"],
    type: "application/octet-stream",
    bodies: ["<retDistDFeInt/>"],
  },
  { method: "POST", path: "/api/sefaz/statements", query: [], ...json({ cnpj }) },
  {
    method: "POST",
    path: "/api/sefaz/statements/no-such-statement/answer",
    query: [],
    ...json({ call: "no-such-call", calls: [{ step: "query", fault: "timeout" }] }),
  },
  {
    method: "POST",
    path: `/api/nfes/${announcedKey(2)}/statement`,
    query: [],
    ...json({ type: "210210" }, { type: "210240", reason: "Mercadoria recusada na entrega" }),
  },
  { method: "GET", path: "/api/statements", query: ["cursor", "limit", "state", "access_key"] },
  { method: "GET", path: "/api/statements/rule", query: [] },
  { method: "PUT", path: "/api/statements/rule", query: [], ...json({ awareness: "always" }) },
  { method: "GET", path: "/api/nfes/announced", query: ["cursor", "limit"] },
  {
    method: "POST",
    path: "/api/nfes/fetch",
    query: [],
    ...json({ access_key: announcedKey(1) }, { access_key: announcedKey(2), cnpj }),
  },
] as const;
