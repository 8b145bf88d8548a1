import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { bytesOf, startExport } from "../../support/exports/export-jobs.ts";
import { csvRecords, MOVEMENTS_CSV, STOCK_CSV } from "../../support/exports/export-rows.ts";
import { runJobs } from "../../support/run-jobs.ts";

const item = { uCom: "UN", qCom: "10", vUnCom: "1.00" };
const bakery = { ...SUPPLIERS[0], name: "PANIFICAÇÃO SÃO JOSÉ LTDA" };
const first = syntheticNote({
  seed: 7,
  emit: bakery,
  items: [
    { ...item, cProd: "AÇ-1", xProd: "AÇÚCAR CRISTAL 5KG", cEAN: "7891234567895" },
    { ...item, cProd: "Nº 3/8", xProd: "Parafuso ½\u0022 – Latão" },
  ],
});
const letters = { ...(SUPPLIERS[1] ?? SUPPLIERS[0]) };
const second = syntheticNote({
  seed: 8,
  emit: letters,
  items: [{ ...item, cProd: "Z", xProd: "ZINCO" }],
});

async function filled(service: TestApp): Promise<void> {
  for (const { xml } of [first, second])
    expect((await service.upload(xml, "?approve=true")).status).toBe(200);
}

/** Spellings of a search, and the product codes that each finds. */
const SEARCHES: readonly (readonly [string, readonly string[]])[] = [
  ...[
    "AÇÚCAR",
    "açúcar",
    "acucar",
    "Acúcar",
    "ac\u0327u\u0301car",
    "cristal acucar",
    "açuc 5kg",
    "aç-1",
    "AC-1",
    "7891234567895",
    "ucar",
  ].map((search) => [search, ["AÇ-1"]] as const),
  ...["latao", "LATÃO", "1/2\u0022", "½", "no 3/8", "nº 3/8", "parafuso latão"].map(
    (search) => [search, ["Nº 3/8"]] as const,
  ),
  ["acucar latao", []],
  ["%", []],
  ["_", []],
  ["\u0301", ["AÇ-1", "Nº 3/8", "Z"]],
];

describe("a search ignores case and accents", () => {
  test("in the lists of products and stock, and in both stock exports", () =>
    withApp(async (service) => {
      await filled(service);
      for (const [search, codes] of SEARCHES) {
        const query = `?search=${encodeURIComponent(search)}`;
        for (const path of ["/api/products", "/api/stock"]) {
          const { body } = await service.send("GET", `${path}${query}`);
          const found = body.data.map(({ code }: { code: string }) => code);
          expect([path, search, found, body.pagination.total]).toEqual([
            path,
            search,
            codes,
            codes.length,
          ]);
        }
        const streamed = await service.send("GET", `${STOCK_CSV}${query}`);
        expect([search, csvRecords(streamed.text).map((row) => row.Código)]).toEqual([
          search,
          [...codes],
        ]);
      }
      const order = await startExport(service, {
        type: "stock",
        filters: { search: "açucar" },
        dialect: "br",
      });
      await runJobs(service.ports);
      const { bytes } = await bytesOf(service, `${order}/file`);
      expect(csvRecords(bytes.toString()).map((row) => row.Código)).toEqual(["AÇ-1"]);
    }));

  test("in the list of notes, for the name of a supplier", () =>
    withApp(async (service) => {
      await filled(service);
      for (const name of ["panificação", "PANIFICACAO", "Sao Jose", "josé panificação", "ficac"])
        for (const filter of ["search", "supplier"]) {
          const { body } = await service.send(
            "GET",
            `/api/nfes?${filter}=${encodeURIComponent(name)}`,
          );
          expect([name, filter, keys(body)]).toEqual([name, filter, [first.accessKey]]);
        }
      for (const filter of ["search", "supplier"])
        expect(keys((await service.send("GET", `/api/nfes?${filter}=padaria`)).body)).toEqual([]);
    }));

  test("in the order of the lists, where É stands beside E", () =>
    withApp(async (service) => {
      const names = ["ervilha", "ÉTER", "etiqueta", "Ábaco", "zinco", "abacaxi"];
      const { xml } = syntheticNote({
        seed: 9,
        emit: bakery,
        items: names.map((xProd, i) => ({ ...item, cProd: `P${i}`, xProd })),
      });
      await service.upload(xml, "?approve=true");
      const { body } = await service.send("GET", "/api/stock");
      const sorted = ["abacaxi", "Ábaco", "ervilha", "ÉTER", "etiqueta", "zinco"];
      expect(body.data.map(({ name }: { name: string }) => name)).toEqual(sorted);
      const rows = csvRecords((await service.send("GET", STOCK_CSV)).text);
      expect(rows.map((row) => row.Nome)).toEqual(sorted);
    }));
});

const keys = (body: { data: { access_key: string }[] }) =>
  body.data.map(({ access_key }) => access_key);

/** Spellings of an access key on paper and in e-mails. */
const spellings = (key: string): string[] => {
  const groups = key.replaceAll(/(.{4})(?=.)/g, "$1 ");
  return [
    key,
    groups,
    groups.replaceAll(" ", "."),
    `NFe${key}`,
    `NFe ${groups}`,
    `nfe${key.toLowerCase()}`,
    key.toLowerCase(),
    ` ${groups}\u00a0`,
    groups.replaceAll(" ", "-"),
  ];
};

describe("an access key and a CNPJ are found in their printed form", () => {
  test("a printed access key finds its note on every route that takes one", () =>
    withApp(async (service) => {
      await filled(service);
      for (const { accessKey } of [first, second])
        for (const spelling of spellings(accessKey)) {
          const asked = encodeURIComponent(spelling);
          const { body } = await service.send("GET", `/api/nfes?search=${asked}`);
          expect([spelling, keys(body)]).toEqual([spelling, [accessKey]]);
          const note = await service.send("GET", `/api/nfes/${asked}`);
          expect([spelling, note.status, note.body.access_key]).toEqual([spelling, 200, accessKey]);
          expect((await service.send("GET", `/api/nfes/${asked}/xml`)).status).toBe(200);
          const processed = await service.send("POST", `/api/nfes/${asked}/process`, {
            as: "OPERADOR",
          });
          expect([processed.status, processed.body.access_key]).toEqual([200, accessKey]);
          const moved = await service.send("GET", `/api/movements/list?reference=${asked}`);
          expect([spelling, moved.body.pagination.total > 0]).toEqual([spelling, true]);
          expect(
            csvRecords((await service.send("GET", `${MOVEMENTS_CSV}?reference=${asked}`)).text)
              .length,
          ).toBe(moved.body.pagination.total);
        }
      for (const wrong of [
        first.accessKey.slice(1),
        `${first.accessKey}0`,
        "ABCD",
        `X${first.accessKey.slice(1)}`,
      ])
        expect((await service.send("GET", `/api/nfes/${wrong}`)).status).toBe(422);
    }));

  test("a part of a key and a number find their notes", () =>
    withApp(async (service) => {
      await filled(service);
      const { accessKey } = first;
      for (const search of [
        accessKey.slice(0, 25),
        accessKey.slice(20, 36),
        accessKey.slice(25),
        "7",
        "000.000.007",
        "000007",
      ]) {
        const { body } = await service.send("GET", `/api/nfes?search=${search}`);
        expect([search, keys(body)]).toEqual([search, expect.arrayContaining([accessKey])]);
      }
    }));

  test("a CNPJ finds its notes with or without its mask, whole or in part", () =>
    withApp(async (service) => {
      await filled(service);
      for (const [note, cnpj] of [
        [first, bakery.cnpj ?? ""],
        [second, letters.cnpj ?? ""],
      ] as const) {
        const mask = cnpj.replace(/^(..)(...)(...)(....)(..)$/, "$1.$2.$3/$4-$5");
        for (const spelling of [
          cnpj,
          mask,
          mask.toLowerCase(),
          cnpj.slice(0, 8),
          mask.slice(0, 10),
          ` ${mask} `,
        ])
          for (const filter of ["supplier", "search"]) {
            const { body } = await service.send(
              "GET",
              `/api/nfes?${filter}=${encodeURIComponent(spelling)}`,
            );
            expect([spelling, filter, keys(body)]).toEqual([spelling, filter, [note.accessKey]]);
          }
      }
    }));

  test("a search finds no other company's suppliers", () =>
    withApp(async (service) => {
      await filled(service);
      await service.ports.database.writing.executeMultiple("update notes set company = 2");
      const { body } = await service.send("GET", "/api/nfes?search=panificacao");
      expect(body.data).toEqual([]);
    }));
});
