import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { keyParts, parseAccessKey } from "../../src/nfe/access-key.ts";
import { instantOf, isDay, issuedMs } from "../../src/nfe/dates.ts";
import { gtinOrNull, isGtin } from "../../src/nfe/gtin.ts";
import { isCnpj, isCpf, unmasked } from "../../src/nfe/taxpayer.ts";
import { accessKeyOf, cnpjOf, cpfOf, gtinOf } from "../../src/synthetic/access-keys.ts";

const seeded = { seed: 20261123, numRuns: 300 };
const KEY = "35260911222333000181550010000001231000000420";
const ALPHA_KEY = "35260912ABC34501DE35550010000001231000000421";

describe("access key", () => {
  test("a key has 44 characters, with or without NFe before them, letters of the CNPJ included", () => {
    for (const key of [KEY, ALPHA_KEY])
      expect([parseAccessKey(key), parseAccessKey(`NFe${key}`)]).toEqual([
        { ok: true, value: expect.stringMatching(key) },
        { ok: true, value: expect.stringMatching(key) },
      ]);
  });

  test("the parts of a key are read by position", () => {
    expect(keyParts(ALPHA_KEY)).toEqual({
      cUF: "35",
      AAMM: "2609",
      emit: "12ABC34501DE35",
      mod: "55",
      serie: "001",
      nNF: "000000123",
      tpEmis: "1",
      cNF: "00000042",
      cDV: "1",
    });
  });

  test.each([
    ["43 characters", KEY.slice(1), "length"],
    ["45 characters", `${KEY}0`, "length"],
    ["another prefix", `CTe${KEY}`, "length"],
    ["a small letter", ALPHA_KEY.toLowerCase(), "charset"],
    ["a letter in the state", `A${KEY.slice(1)}`, "charset"],
    ["a letter in the number", `${KEY.slice(0, 30)}A${KEY.slice(31)}`, "charset"],
    ["a mask", `${KEY.slice(0, 40)} 420`, "charset"],
    ["digits of another script", KEY.replaceAll("0", "٠"), "charset"],
  ])("%s is refused as %s", (_, text, why) => {
    const parsed = parseAccessKey(text);
    expect(parsed.ok ? "taken" : [parsed.error.why, parsed.error.got].join(" ")).toBe(
      `${why} ${text}`,
    );
  });

  test("a key with one character changed is refused with the expected check digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 42 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digit = (Number(KEY[at]) + by) % 10;
        const changed = `${KEY.slice(0, at)}${digit}${KEY.slice(at + 1)}`;
        const parsed = parseAccessKey(changed);
        if (parsed.ok) return; // two remainders share the digit 0
        expect(parsed.error.why).toBe("check_digit");
        expect(parseAccessKey(changed.slice(0, 43) + parsed.error.expected).ok).toBe(true);
      }),
      seeded,
    );
    expect(parseAccessKey(`${KEY.slice(0, 43)}1`)).toMatchObject({
      ok: false,
      error: { why: "check_digit", expected: "0" },
    });
  });

  test("every key made by the rule is accepted", () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    const parts = fc.record({
      cUF: digits(2),
      AAMM: digits(4),
      id: fc.stringMatching(/^[0-9A-Z]{12}[0-9]{2}$/),
      mod: fc.constantFrom("55", "65"),
      serie: digits(3),
      nNF: digits(9),
      tpEmis: digits(1),
      cNF: digits(8),
    });
    fc.assert(
      fc.property(parts, (given) => {
        expect(parseAccessKey(accessKeyOf(given)).ok).toBe(true);
      }),
      seeded,
    );
  });
});

describe("taxpayers", () => {
  test("old and alphanumeric CNPJs are judged by one rule", () => {
    expect(["11222333000181", "12ABC34501DE35"].map(isCnpj)).toEqual([true, true]);
    for (const wrong of [
      "11222333000182",
      "12ABC34501DE36",
      "12abc34501de35",
      "1122233300018",
      "00000000000000",
      "12ABC34501DEA5",
    ])
      expect([wrong, isCnpj(wrong)]).toEqual([wrong, false]);
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9A-Z][0-9A-Z]{11}$/), (base) => {
        expect(isCnpj(cnpjOf(base))).toBe(true);
      }),
      seeded,
    );
  });

  test("a CPF has two check digits, and is not one digit eleven times", () => {
    expect(isCpf("52998224725")).toBe(true);
    for (const wrong of ["52998224724", "52998224715", "11111111111", "5299822472", "5299822472A"])
      expect([wrong, isCpf(wrong)]).toEqual([wrong, false]);
    expect(isCpf(cpfOf("318274905"))).toBe(true);
  });

  test("a mask is removed and letters stay", () => {
    expect(unmasked(" 12.abc.345/01DE-35 ")).toBe("12ABC34501DE35");
    expect(unmasked("529.982.247-25")).toBe("52998224725");
  });
});

describe("GTIN", () => {
  test("a GTIN has 8, 12, 13 or 14 digits with a right check digit", () => {
    for (const gtin of ["96385074", "036000291452", "4006381333931", "10012345678902"])
      expect([gtin, isGtin(gtin)]).toEqual([gtin, true]);
    for (const wrong of [
      "96385075",
      "4006381333932",
      "400638133393",
      "SEM GTIN",
      "",
      "40063813339310123",
    ])
      expect([wrong, isGtin(wrong)]).toEqual([wrong, false]);
    expect(isGtin(gtinOf("200000000017"))).toBe(true);
  });

  test("a text without any digit but 0 is no barcode: SEM GTIN, ISENTO, zeros, signs, empty, absent", () => {
    const none = ["SEM GTIN", "sem gtin", "SEMGTIN", "", undefined, "ISENTO", "isento", "N/A", "-"];
    const zeros = [1, 8, 12, 13, 14].map((length) => "0".repeat(length));
    for (const text of [...none, ...zeros]) expect([text, gtinOrNull(text)]).toEqual([text, null]);
    for (const text of ["4006381333931", "0000000000017", "123"])
      expect(gtinOrNull(text)).toBe(text);
  });
});

describe("dates", () => {
  test("an instant follows its offset", () => {
    expect(issuedMs("2026-11-23T21:30:00-03:00")).toBe(Date.UTC(2026, 10, 24, 0, 30));
    expect(issuedMs("2026-11-23T21:30:00+05:30")).toBe(Date.UTC(2026, 10, 23, 16));
    expect(issuedMs("2026-11-23T21:30:00Z")).toBe(Date.UTC(2026, 10, 23, 21, 30));
    expect(issuedMs("2013-10-18")).toBe(Date.UTC(2013, 9, 18, 3));
    expect(issuedMs("2013-10-18T10:00:00")).toBe(Date.UTC(2013, 9, 18, 13));
  });

  test("days and times that do not exist are refused", () => {
    for (const wrong of [
      "2026-02-29T00:00:00-03:00",
      "2026-13-01",
      "2026-11-31",
      "2026-11-23T24:00:00-03:00",
      "2026-11-23T10:60:00-03:00",
      "2026-11-23 10:00:00-03:00",
      "2026-11-23T10:00-03:00",
      "2026-11-23T10:00:00-99:00",
      "26-11-23",
      "0026-11-23",
      "",
    ])
      expect([wrong, instantOf(wrong)]).toEqual([wrong, null]);
    expect(() => issuedMs("ontem")).toThrow(RangeError);
    expect([isDay("2028-02-29"), isDay("2027-02-29"), isDay("2026-11-23T10:00:00Z")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
