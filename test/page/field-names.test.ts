import { expect, test } from "bun:test";
import { Refused } from "../../src/page/base/problem.ts";

const refused = (errors: unknown, code = "request.invalid") =>
  new Refused(
    422,
    { code, detail: "A requisição tem campos inválidos: /cnpjs/1 não é", errors },
    null,
  ).message;

test("a refusal names a wrong field as the form does, and which of a list it is", () => {
  const wrong = { path: "/cnpjs/1", code: "custom", message: "não é um CNPJ" };
  expect(refused([wrong])).toBe("Confira: CNPJs (2º da lista) não é um CNPJ.");
  const two = [
    { path: "/items/3/unit_cost", message: "deve ser um número" },
    { path: "/name", message: "não pode ficar vazio" },
  ];
  expect(refused(two)).toBe(
    "Confira: Custo unitário (4º da lista) deve ser um número; Nome não pode ficar vazio.",
  );
  expect(refused([{ path: "/other", message: "é obrigatório" }])).toBe(
    "Confira: other é obrigatório.",
  );
});

test("a refusal that names no field, or is of another code, keeps the API's sentence", () => {
  const own = "A requisição tem campos inválidos: /cnpjs/1 não é";
  for (const errors of [undefined, [], "x", [{ path: "", message: "campo desconhecido: x" }]])
    expect(refused(errors)).toBe(own);
  expect(refused([{ path: "/name", message: "é obrigatório" }], "other.code")).toBe(own);
});
