import { expect, test } from "bun:test";
import { HOLD_CODES, type HoldCode } from "../../src/ingest/verdict/failures.ts";
import { trusted } from "../../src/lib/cast.ts";
import { holdStep } from "../../src/messages/pt-BR/documents/hold-steps.ts";

test("the step of each hold is the one of docs/pendencias.md", async () => {
  const page = await Bun.file("docs/pendencias.md").text();
  const named = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, code = "", , step = ""]) => [code.replaceAll("`", ""), step]);
  expect(HOLD_CODES.map((code) => [code, holdStep(code)])).toEqual(
    named.map(([code = "", step = ""]) => [trusted<HoldCode>(code), step]),
  );
});
