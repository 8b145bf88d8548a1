import { expect, test } from "bun:test";
import type { ItemSpec } from "../../../../src/synthetic/amounts.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { LAST_COSTS } from "../../../support/last-costs.ts";
import { supplier } from "../../../support/notes/purchase.ts";

const PROFILE = "/api/company/tax-profile";
const goods: ItemSpec = {
  cProd: "M",
  xProd: "MERCADORIA",
  uCom: "UN",
  qCom: "10",
  vUnCom: "80.00",
  pICMS: "12.00",
  vIPI: "26.00",
};
const note = (seed: number, changes: Partial<ItemSpec> = {}) =>
  syntheticNote({ seed, emit: supplier, items: [{ ...goods, cProd: `M${seed}`, ...changes }] });
const put = (service: TestApp, version: number, preset: string) =>
  service.send("PUT", PROFILE, { json: { version, preset } });
const costOf = async (service: TestApp, key: string) =>
  (await service.send("GET", `/api/nfes/${key}/cost`)).body;

test("a new company has no tax profile, and every tax is cost", () =>
  withApp(async (service) => {
    const { body } = await service.send("GET", PROFILE);
    expect(body).toMatchObject({ version: 0, profile: { regime: "other", industry: false } });
    expect(JSON.stringify(body.profile.matrix)).not.toContain("true");
    expect(Object.keys(body.presets)).toHaveLength(7);
    const { xml, accessKey } = note(1);
    await service.upload(xml, "?approve=true");
    expect(await costOf(service, accessKey)).toMatchObject({
      tax_profile_version: 0,
      cost: { landed_cost: 826, ipi_in_cost: 26, landed_without_ipi: 800 },
    });
  }));

test("the note of R$ 800 costs 826 in Simples, 630 to an industry, 704 and its IPI to a trade", () =>
  withApp(async (service) => {
    const { xml, accessKey } = note(1);
    await service.upload(xml, "?approve=false");
    const seen: unknown[] = [];
    for (const [version, preset] of ["simples", "real_industry", "presumido_trade"].entries()) {
      expect((await put(service, version, preset)).status).toBe(200);
      seen.push((await costOf(service, accessKey)).cost);
    }
    expect(seen).toMatchObject([
      { landed_cost: 826 },
      { landed_cost: 630, ipi_in_cost: 0, landed_without_ipi: 630 },
      { landed_cost: 730, ipi_in_cost: 26, landed_without_ipi: 704 },
    ]);
  }));

test("a change of profile follows into waiting notes, and never into what is posted", () =>
  withApp(async (service) => {
    const [posted, waiting] = [note(1), note(2)];
    expect((await put(service, 0, "real_trade")).body.version).toBe(1);
    await service.upload(posted.xml, "?approve=true");
    await service.upload(waiting.xml, "?approve=false");
    const before = await costOf(service, posted.accessKey);
    expect(before).toMatchObject({ tax_profile_version: 1, cost: { landed_cost: 656 } });
    expect((await put(service, 1, "simples")).body.version).toBe(2);
    expect(await costOf(service, posted.accessKey)).toEqual(before);
    expect(await costOf(service, waiting.accessKey)).toMatchObject({
      tax_profile_version: 2,
      status: "PENDENTE",
      cost: { landed_cost: 826 },
    });
    expect(await service.rows("select value_e2 from movements")).toEqual([{ value_e2: 65_600 }]);
  }));

test("the cost of a note is shown part by part, with each tax and its reason, and closes with vNF", () =>
  withApp(async (service) => {
    await put(service, 0, "presumido_trade");
    const { xml, accessKey } = note(1, { vFrete: "10.00", vDesc: "30.00", vIPI: "26.00" });
    await service.upload(xml, "?approve=false");
    const { items, reconciliation, taxes } = await costOf(service, accessKey);
    expect(items).toMatchObject([
      {
        n_item: 1,
        total_price: 800,
        destination: "resale",
        parts: [
          { code: "vProd", amount: 800 },
          { code: "vFrete", amount: 10 },
          { code: "vIPI", amount: 26 },
          { code: "vDesc", amount: -30 },
          { code: "recovered_icms", amount: -93.6 },
        ],
        landed_cost: 712.4,
        taxes: [
          { tax: "icms", stated: 93.6, recovered: 93.6, reason: "recovered" },
          { tax: "ipi", stated: 26, recovered: 0, reason: "regime" },
          { tax: "pis", recovered: 0, reason: "regime" },
          { tax: "cofins", recovered: 0, reason: "regime" },
        ],
      },
    ]);
    expect(reconciliation).toEqual({ note_value: 806, parts_of_note: 806, difference: 0 });
    expect(taxes[0]).toEqual({ tax: "icms", stated: 93.6, recovered: 93.6 });
  }));

test("a user may say what an item is for when the note is approved, and the cost follows", () =>
  withApp(async (service) => {
    await put(service, 0, "presumido_trade");
    const { xml, accessKey } = note(1);
    await service.upload(xml, "?approve=false");
    const path = `/api/nfes/${accessKey}/process`;
    const json = { items: [{ n_item: 1, destination: "use" }] };
    const { body: plan } = await service.send("POST", `${path}?dry_run=true`, { json });
    expect(plan.items[0].cost).toMatchObject({ destination: "use", landed_cost: 826 });
    expect((await costOf(service, accessKey)).cost.landed_cost).toBe(730);
    expect((await service.send("POST", path, { json })).status).toBe(200);
    expect((await costOf(service, accessKey)).items[0]).toMatchObject({
      destination: "use",
      landed_cost: 826,
      taxes: [{ reason: "destination" }, { reason: "regime" }, {}, {}],
    });
    expect(await service.rows("select value_e2 from movements")).toEqual([{ value_e2: 82_600 }]);
  }));

test("a gift enters at the value 0 and is not the last cost", () =>
  withApp(async (service) => {
    await service.upload(note(1, { cProd: "G" }).xml, "?approve=true");
    const gift = note(5, { cProd: "G", CFOP: "5910" });
    await service.upload(gift.xml, "?approve=true");
    expect((await costOf(service, gift.accessKey)).cost).toMatchObject({
      landed_cost: 0,
      ipi_in_cost: 0,
      parts: [{ code: "vProd" }, { code: "vIPI" }, { code: "gift", amount: -826 }],
    });
    expect(await service.rows("select quantity_e4, value_e2 from movements order by id")).toEqual([
      { quantity_e4: 100_000, value_e2: 82_600 },
      { quantity_e4: 100_000, value_e2: 0 },
    ]);
    expect(await service.rows(`select last_cost_e2 from ${LAST_COSTS}`)).toEqual([
      { last_cost_e2: 82_600 },
    ]);
  }));

test("a profile is replaced only by who has read it, and the same request again changes nothing", () =>
  withApp(async (service) => {
    const sent = async (version: number, preset: string) => {
      const { status, body } = await put(service, version, preset);
      return [status, body.version];
    };
    expect(await sent(0, "simples")).toEqual([200, 1]);
    expect(await sent(1, "real_trade")).toEqual([200, 2]);
    for (const version of [1, 2]) expect(await sent(version, "real_trade")).toEqual([200, 2]);
    for (const version of [0, 3]) expect(await sent(version, "real_trade")).toEqual([409, 2]);
    expect(await put(service, 1, "simples")).toMatchObject({
      status: 409,
      body: { code: "company.tax_profile_changed", version: 2 },
    });
    expect(
      await service.rows("select count(*) as n from audit where action = 'company.tax_profile'"),
    ).toEqual([{ n: 2 }]);
  }));

test("one of two profiles that are sent at once stands, and the other is refused", () =>
  withApp(async (service) => {
    const answers = await Promise.all([put(service, 0, "simples"), put(service, 0, "real_trade")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await service.send("GET", PROFILE)).body.version).toBe(1);
  }));

test("a note that is approved while the profile changes is posted with the new one", () =>
  withApp(async (service) => {
    await put(service, 0, "real_trade");
    const { xml, accessKey } = note(1);
    await service.upload(xml, "?approve=false");
    beforeNextCommit(service.ports, async () => {
      await put(service, 1, "simples");
    });
    expect((await service.send("POST", `/api/nfes/${accessKey}/process`)).status).toBe(200);
    expect(await costOf(service, accessKey)).toMatchObject({
      tax_profile_version: 2,
      cost: { landed_cost: 826 },
    });
    expect(await service.rows("select value_e2 from movements")).toEqual([{ value_e2: 82_600 }]);
  }));

test("a matrix that takes a credit which the law does not give is refused, cell by cell", () =>
  withApp(async (service) => {
    const { body } = await service.send("GET", PROFILE);
    const profile = structuredClone(body.presets.presumido_trade);
    profile.matrix.ipi.resale = true;
    profile.matrix.icms.use = true;
    const refused = await service.send("PUT", PROFILE, { json: { version: 0, profile } });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      "/profile/matrix/icms/use",
      "/profile/matrix/ipi/resale",
    ]);
    for (const json of [{ version: 0 }, { version: 0, preset: "mei", profile: body.profile }])
      expect((await service.send("PUT", PROFILE, { json })).status).toBe(422);
  }));

test("a complement of price adds to the cost of its goods what is left after the credits", () =>
  withApp(async (service) => {
    await put(service, 0, "real_trade");
    const first = note(1, { vIPI: "0" });
    await service.upload(first.xml, "?approve=true");
    const more = syntheticNote({
      seed: 9,
      emit: supplier,
      finNFe: "2",
      refNFe: [first.accessKey],
      items: [{ ...goods, cProd: "M1", qCom: "0", vProd: "100.00", vIPI: "0" }],
    });
    const { body } = await service.upload(more.xml, "?approve=true");
    expect(body.status).toBe("PROCESSADA");
    // 100.00 less ICMS 12.00, PIS 1.65 and COFINS 7.60.
    expect((await costOf(service, more.accessKey)).cost.landed_cost).toBe(78.75);
    expect(await service.rows("select value_e2 from balances")).toEqual([
      { value_e2: 63_000 + 7_875 },
    ]);
  }));
