import { expect, test } from "bun:test";
import { writtenFieldError } from "../../src/messages/pt-BR/documents/field-errors.ts";
import { FIELD_REASONS } from "../../src/nfe/failures.ts";

const error = { path: "/NFe/infNFe", code: "duplicate", value: "CNPJ", expected: "5", got: "6" };

test("every reason of a field error has a message of its own without a full stop", () => {
  const messages = FIELD_REASONS.map((reason) => writtenFieldError({ ...error, reason }).message);
  for (const message of messages) expect(message).toMatch(/^\p{Ll}.{8,}[^.]$/su);
  expect(new Set(messages).size).toBe(FIELD_REASONS.length);
});

test("a field error has only the members of the wire, in their order", () => {
  expect(JSON.stringify(writtenFieldError({ ...error, reason: "exclusive" }))).toBe(
    '{"path":"/NFe/infNFe","code":"duplicate","message":"o leiaute admite só um: CNPJ já foi informado","expected":"5","got":"6"}',
  );
});

test("a field error that was stored with its message is shown as it is", () => {
  const stored = { path: "/NFe", code: "missing", message: "falta este elemento obrigatório" };
  expect(writtenFieldError(stored)).toEqual(stored);
});
