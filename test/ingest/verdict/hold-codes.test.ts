import { expect, test } from "bun:test";
import { NEVER_OVERRIDABLE } from "../../../src/ingest/verdict/corrections.ts";
import { HOLD_CODES } from "../../../src/ingest/verdict/failures.ts";
import { withApp } from "../../support/app.ts";
import { tableRows } from "../../support/named-tests.ts";

const documented = tableRows(await Bun.file("docs/pendencias.md").text(), "código");

test("every hold code is in docs/pendencias.md with what to do and whether it may be lifted", () => {
  expect(documented.map(([code]) => code)).toEqual(HOLD_CODES.map((code) => `\`${code}\``));
  for (const [code = "", means = "", toDo = "", liftable] of documented) {
    expect([code, means.length > 10, toDo.length > 10]).toEqual([code, true, true]);
    const never = NEVER_OVERRIDABLE.some((one) => `\`${one}\`` === code);
    expect([code, liftable]).toEqual([code, never ? "não" : "sim"]);
  }
});

test("each hold code may be made overridable by a company, or is one of those that never may", () =>
  withApp(async ({ send }) => {
    for (const code of HOLD_CODES) {
      const answer = await send("PATCH", "/api/company", { json: { overridable_holds: [code] } });
      const never = NEVER_OVERRIDABLE.includes(code);
      expect([code, answer.status < 300]).toEqual([code, !never]);
      if (!never) expect(answer.body.overridable_holds).toEqual([code]);
    }
  }));

test("an approval may name every hold code at once", () =>
  withApp(async ({ send }) => {
    const path = "/api/nfes/35260911222333000181550010000001231000000420/process";
    const answer = await send("POST", path, { json: { override: HOLD_CODES } });
    expect([answer.status, answer.body.code]).toEqual([404, "nfe.not_found"]);
  }));
