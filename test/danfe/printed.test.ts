import { expect, test } from "bun:test";
import {
  amount,
  day,
  decimal,
  keyGroups,
  moment,
  noteNumber,
  postalCode,
  taxpayer,
  telephone,
} from "../../src/danfe/printed.ts";

test("a decimal is printed in Brazilian form without the loss of a digit", () => {
  expect(decimal("1234567.5")).toBe("1.234.567,50");
  expect(decimal("12345678901.0123456789")).toBe("12.345.678.901,0123456789");
  expect(decimal("7.8300000000")).toBe("7,83");
  expect(decimal("10.0000", 0)).toBe("10");
  expect(decimal("0.5", 0)).toBe("0,5");
  expect(decimal("-1000.00")).toBe("-1.000,00");
  expect(decimal("0001.00")).toBe("1,00");
  expect(decimal("abc")).toBe("abc");
  expect(decimal(undefined)).toBe("");
  expect(amount(undefined)).toBe("0,00");
});

test("numbers of persons, telephones, days and keys are printed with their marks", () => {
  expect(taxpayer("12ABC34501DE35")).toBe("12.ABC.345/01DE-35");
  expect(taxpayer("52998224725")).toBe("529.982.247-25");
  expect(taxpayer("P998877")).toBe("P998877");
  expect(telephone("11987654321")).toBe("(11) 98765-4321");
  expect(telephone("0800")).toBe("0800");
  expect(postalCode("01001000")).toBe("01001-000");
  expect(day("2026-11-10T23:30:00-03:00")).toBe("10/11/2026");
  expect(moment("2026-11-10T23:30:00-03:00")).toBe("10/11/2026 23:30:00");
  expect(noteNumber("123")).toBe("000.000.123");
  expect(keyGroups("1234ABCD5678")).toBe("1234 ABCD 5678");
});
