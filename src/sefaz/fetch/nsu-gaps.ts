import { parameters } from "../../lib/parameters.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { type DistributionAnswer, FOUND, NONE_FOUND } from "../wire/distribution.ts";
import type { CallPermit, CursorRef } from "./claim-call.ts";

/** NSUs one after another: `first` to `last`, both included. */
export interface NsuRange {
  readonly first: number;
  readonly last: number;
}

type Answer = Pick<DistributionAnswer, "cStat" | "ultNSU" | "documents" | "unopened">;

/**
 * The NSUs that an answer passes over: after `after`, up to its ultNSU, and of no document in it, also of none that is damaged. Of
 * the first call (`after` 0) only those between documents: what is before them the service keeps no more. None where a document
 * names no NSU: which are missing cannot be known then. Pure.
 */
export function passedNsus(
  after: number,
  { cStat, ultNSU, documents, unopened }: Answer,
): NsuRange[] {
  if ((cStat !== FOUND && cStat !== NONE_FOUND) || ultNSU === null) return [];
  const there = [...documents, ...unopened].map(({ nsu }) => nsu);
  const known = there.filter((nsu) => nsu !== null).toSorted((a, b) => a - b);
  const [least] = known;
  if (known.length < there.length || (after === 0 && least === undefined)) return [];
  const ranges: NsuRange[] = [];
  let before = after === 0 && least !== undefined ? least - 1 : after;
  for (const nsu of [...known, ultNSU + 1]) {
    if (nsu > before + 1) ranges.push({ first: before + 1, last: nsu - 1 });
    before = Math.max(before, nsu);
  }
  return ranges;
}

/** Keeps what a call by the cursor passes over, where the guard selects a row; seen twice it stays once. */
export function keptGaps(
  { company, cnpj, environment, ask }: CallPermit,
  answer: DistributionAnswer,
  guard: Guard,
  now: number,
): Statement[] {
  const ranges = ask.kind === "cursor" ? passedNsus(ask.after, answer) : [];
  if (ranges.length === 0) return [];
  const { args, add } = parameters<Value>(guard.args);
  return [
    {
      sql: `insert into sefaz_nsu_gaps (company, cnpj, environment, first_nsu, last_nsu, found_at)
        select ${add(company)}, ${add(cnpj)}, ${add(environment)}, value ->> 'first', value ->> 'last', ${add(now)}
        from json_each(${add(JSON.stringify(ranges))}) where exists (${guard.sql}) on conflict do nothing`,
      args,
    },
  ];
}

/** What was passed over beyond an NSU is known no more, where the guard selects a row: the cursor will pass there again. */
export function gapsForgotten(
  { company, cnpj, environment }: CursorRef,
  beyond: number,
  guard: Guard,
): Statement[] {
  const { args, add } = parameters<Value>(guard.args);
  const nsu = add(beyond);
  const row = `company = ${add(company)} and cnpj = ${add(cnpj)} and environment = ${add(environment)}`;
  const only = `exists (${guard.sql})`;
  return [
    { sql: `delete from sefaz_nsu_gaps where ${row} and first_nsu > ${nsu} and ${only}`, args },
    {
      sql: `update sefaz_nsu_gaps set last_nsu = ${nsu} where ${row} and last_nsu > ${nsu} and ${only}`,
      args,
    },
  ];
}

/**
 * The service has answered what was asked for by NSU: with a document, or that there is none. Either way it is passed over no
 * more; what is left of its range stays.
 */
export function answeredNsu(
  { company, cnpj, environment, ask }: CallPermit,
  { cStat }: Pick<DistributionAnswer, "cStat">,
  guard: Guard,
): Statement[] {
  if (ask.kind !== "nsu" || (cStat !== FOUND && cStat !== NONE_FOUND)) return [];
  const { args, add } = parameters<Value>(guard.args);
  const nsu = add(ask.nsu);
  const row = `company = ${add(company)} and cnpj = ${add(cnpj)} and environment = ${add(environment)}`;
  const only = `exists (${guard.sql})`;
  return [
    {
      sql: `insert into sefaz_nsu_gaps (company, cnpj, environment, first_nsu, last_nsu, found_at)
        select company, cnpj, environment, ${nsu} + 1, last_nsu, found_at from sefaz_nsu_gaps
        where ${row} and first_nsu <= ${nsu} and last_nsu > ${nsu} and ${only} on conflict do nothing`,
      args,
    },
    {
      sql: `update sefaz_nsu_gaps set last_nsu = ${nsu} - 1 where ${row} and first_nsu < ${nsu} and last_nsu >= ${nsu} and ${only}`,
      args,
    },
    { sql: `delete from sefaz_nsu_gaps where ${row} and first_nsu = ${nsu} and ${only}`, args },
  ];
}
