import { expect, test } from "bun:test";
import { Glob } from "bun";
import { z } from "zod";
import "../../../src/http/language.ts";
import { withApp } from "../../support/app.ts";

const ENGLISH =
  /\b(invalid|expected|received|required|must|too (small|big)|unrecognized|string|undefined|NaN)\b/i;

/** Words of Portugal, or spellings from before 2009, which are not used in Brazil. */
const EUROPEAN =
  /\b(registos?|tuplos?|ficheiros?|demasiad[oa]s?|utilizador(es)?|palavra-passe|ecrãs?|telemóve(l|is)|contactos?|factos?|act(ual|ualizar|ivo|iva)|óptim[oa]s?|aceder|partilh(a|ar|ado)|equipas?|rato|descarregar)\b/i;

test("the error of a field is Portuguese, from zod or from a schema", () =>
  withApp(async ({ send }) => {
    const answers = [
      await send("POST", "/api/movements", { json: {} }),
      await send("POST", "/api/movements", {
        json: { product_code: "", type: "COMPRA", quantity: [], unit_cost: -1, notes: 7 },
      }),
      await send("PATCH", "/api/company", {
        json: { cnpjs: "1", auto_approve: "sim", estranho: 1, name: "x".repeat(200) },
      }),
      await send("PUT", "/api/supplier-items", { json: { supplier_cnpj: "1", factor: "1,5" } }),
      await send("GET", "/api/stock?page=0&limit=abc&category_id=x&low=talvez"),
      await send("GET", "/api/nfes?status=NADA&from=ontem"),
      await send("GET", "/api/nfes/123"),
    ];
    for (const { status, body } of answers) {
      expect([400, 422]).toContain(status);
      expect(body.errors.length).toBeGreaterThan(0);
      for (const { message } of body.errors) {
        expect(message).not.toMatch(ENGLISH);
        expect(message).not.toMatch(EUROPEAN);
      }
      expect(body.detail).not.toMatch(ENGLISH);
    }
  }));

test("a missing field is reported as required", () => {
  const said = (schema: z.ZodType, value: unknown) =>
    schema.safeParse(value).error?.issues.map(({ message }) => message);
  expect(said(z.object({ a: z.string(), b: z.array(z.int()) }), {})).toEqual([
    "é obrigatório",
    "é obrigatório",
  ]);
  const others = z.object({
    a: z.enum(["x", "y"]),
    b: z.union([z.number(), z.string()]),
    c: z.literal(1),
  });
  expect(said(others, {})).toEqual(["é obrigatório", "é obrigatório", "é obrigatório"]);
  expect(said(z.coerce.number(), "abc")).toEqual(["deve ser um número"]);
});

test("the error of a value that is none of several alternatives names all of them", () =>
  withApp(async ({ send }) => {
    const said = async (path: string, json?: unknown) =>
      (await send(json === undefined ? "GET" : "POST", path, json === undefined ? {} : { json }))
        .body.errors[0].message;
    const day = "deve ser um dia que existe (AAAA-MM-DD), ou data e hora com fuso (RFC 3339)";
    expect(await said("/api/stock?at=ontem")).toBe(day);
    expect(await said("/api/stock?at=2026-02-30")).toBe(day);
    const movement = { product_code: "P1", type: "SAIDA", quantity: 1 };
    expect(await said("/api/movements", { ...movement, happened_at: "28/11/2026" })).toBe(day);
    expect(await said("/api/movements", { ...movement, quantity: [] })).toBe(
      "deve ser um número ou um texto",
    );
    expect(await said("/api/counts", { name: "x" })).toBe("é obrigatório");
    expect(await said("/api/counts", { name: "x", scope: "nada" })).toBe(
      "deve ser um destes valores: all, category, location, products",
    );
    for (const body of [{}, { job_id: "x" }, { access_keys: "x" }, { job_id: "x", only: "all" }])
      expect(await said("/api/nfes/process", body)).toContain("ou job_id com only");
  }));

test("sizes, types and choices are reported in plain Portuguese", () => {
  const said = (schema: z.ZodType, value: unknown) =>
    schema.safeParse(value).error?.issues[0]?.message;
  const letters = z.string().min(2).max(3);
  expect([
    said(z.string().min(1), ""),
    said(letters, "a"),
    said(letters, "abcd"),
    said(z.string().max(1), "ab"),
    said(z.array(z.string()).max(1), ["a", "b"]),
    said(z.array(z.string()).min(2), []),
    said(z.int().min(1), 0),
    said(z.number().positive(), 0),
    said(z.int(), 1.5),
    said(z.boolean(), "sim"),
    said(z.enum(["A", "B"]), "C"),
  ]).toEqual([
    "não pode ficar vazio",
    "deve ter ao menos 2 caracteres",
    "deve ter no máximo 3 caracteres",
    "deve ter no máximo 1 caractere",
    "deve ter no máximo 1 item",
    "deve ter ao menos 2 itens",
    "deve ser maior ou igual a 1",
    "deve ser maior que 0",
    "deve ser um número inteiro",
    "deve ser true ou false",
    "deve ser um destes valores: A, B",
  ]);
});

const ORIGINS =
  "string number int boolean bigint symbol undefined null never void date array object tuple record map set file nonoptional nan function";
const FORMATS =
  "regex email url emoji uuid nanoid guid cuid cuid2 ulid xid ksuid datetime date time duration ipv4 ipv6 mac cidrv4 cidrv6 base64 base64url json_string e164 jwt template_literal starts_with ends_with includes";

test("every sentence that a schema has for a fault is Portuguese of Brazil", () => {
  const { localeError } = z.config();
  const seen = new Set<string>();
  const say = (issue: Record<string, unknown>) => {
    const given = localeError?.({ input: 1, path: [], ...issue } as never);
    seen.add(typeof given === "string" ? given : (given?.message ?? ""));
  };
  const inputs = [undefined, null, Number.NaN, 1, "a", true, [], {}, new Map(), new Set()];
  for (const origin of ORIGINS.split(" ")) {
    for (const input of inputs) say({ code: "invalid_type", expected: origin, input });
    for (const inclusive of [true, false]) {
      say({ code: "too_big", origin, maximum: 3, inclusive });
      say({ code: "too_small", origin, minimum: 3, inclusive });
    }
    for (const code of ["invalid_key", "invalid_element"]) say({ code, origin });
  }
  for (const format of FORMATS.split(" "))
    say({
      code: "invalid_format",
      format,
      prefix: "p",
      suffix: "s",
      includes: "i",
      pattern: "/x/",
    });
  for (const values of [["a"], ["a", "b"]]) say({ code: "invalid_value", values });
  for (const keys of [["a"], ["a", "b"], Array.from("abcdefgh")]) {
    say({ code: "unrecognized_keys", keys });
  }
  for (const code of ["not_multiple_of", "invalid_union", "custom", "anything"])
    say({ code, divisor: 2 });
  expect(seen.size).toBeGreaterThan(80);
  for (const sentence of seen) {
    expect(sentence).toMatch(/^\p{L}/u);
    expect(sentence).not.toMatch(EUROPEAN);
    // Texts with names of JavaScript types belong to schemas that are not used.
    expect(sentence).not.toMatch(/\b(required|must be|too (small|big)|unrecognized)\b/i);
  }
});

test("no sentence in the source is Portuguese of Portugal", async () => {
  const found: string[] = [];
  for await (const path of new Glob("src/**/*.ts").scan(".")) {
    const word = EUROPEAN.exec(await Bun.file(path).text())?.[0];
    if (word !== undefined) found.push(`${path}: ${word}`);
  }
  expect(found).toEqual([]);
});
