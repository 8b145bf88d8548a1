import { expect, test } from "bun:test";
import { Glob } from "bun";
import { rootOf, sameRoot } from "../../src/nfe/taxpayer.ts";

test("CNPJs of one company have the same root, letters and all; a CPF and a missing number have none", () => {
  expect(rootOf("12ABC34501DE35")).toBe("12ABC345");
  expect(sameRoot("12ABC34501DE35", "12ABC345000199")).toBe(true);
  expect(sameRoot("12ABC34501DE35", "12ABC346000199")).toBe(false);
  expect(sameRoot("11222333000181", "11222333396")).toBe(false);
  expect(sameRoot(null, null)).toBe(false);
  expect(sameRoot(undefined, "11222333000181")).toBe(false);
});

/** The first 8 characters of what is named as a CNPJ; a day's or a time's are another matter. */
const SPELLED =
  /\b(?:cnpj|own|author|by|emit|issuer|holder|taxpayer)\b\)?\??\.slice\(0, (?:8|ROOT)\)/i;

test("the root of a CNPJ is taken by rootOf and sameRoot, and spelled nowhere else", async () => {
  const found: string[] = [];
  for await (const path of new Glob("src/**/*.{ts,tsx}").scan())
    if (SPELLED.test(await Bun.file(path).text())) found.push(path);
  expect(found).toEqual([]);
});
