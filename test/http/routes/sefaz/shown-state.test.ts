import { expect, test } from "bun:test";
import { COMPANY } from "../../../../src/synthetic/trade.ts";
import { SefazPlay } from "../../../sefaz/play/play.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { somePfx } from "../../../support/sefaz/some-pfx.ts";
import { announcedKey, noteSummary } from "../../../support/sefaz/summaries.ts";

const { cnpj } = COMPANY;
const HOUR_MS = 3_600_000;

const switchedOn = async ({ send }: TestApp): Promise<void> => {
  await send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
  await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
};

/** Claims the next call and gives back what `play` answers; without a play the call has not reached the service. */
async function called({ send }: TestApp, play: SefazPlay | null): Promise<void> {
  const { call } = (await send("POST", "/api/sefaz/calls", { json: {} })).body;
  const path = `/api/sefaz/calls/${call.id}/answer`;
  const given =
    play === null
      ? await send("POST", `${path}?fault=unreachable`)
      : await send("POST", path, {
          body: new TextEncoder().encode(await play.receive(call.message, null)),
          headers: { "content-type": "application/octet-stream" },
        });
  expect(given.status).toBe(200);
}

test("the dashboard counts a CNPJ whose calls fail for more than two hours, until one succeeds or it is switched off", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    const play = new SefazPlay({ now: () => ports.clock.now() });
    await switchedOn(service);
    const failing = async () =>
      (await send("GET", "/api/dashboard/stats")).body.alerts.sefaz_failing;
    const seen = [await failing()];
    for (let hour = 0; hour < 4; hour += 1) {
      await called(service, null);
      seen.push(await failing());
      ports.clock.advance(HOUR_MS + 1);
    }
    await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: false } });
    seen.push(await failing());
    await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
    seen.push(await failing());
    await called(service, play);
    seen.push(await failing());
    expect(seen).toEqual([0, 0, 0, 1, 1, 0, 1, 0]);
  }));

test("an announced note has the time for ciência, the last statement, and whether it is asked for by its key", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    const play = new SefazPlay({ now: () => ports.clock.now() });
    await switchedOn(service);
    for (const n of [1, 2])
      play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
    await called(service, play);
    const of = async (n: number) => {
      const { data } = (await send("GET", "/api/nfes/announced")).body;
      return data.find((one: { access_key: string }) => one.access_key === announcedKey(n));
    };
    expect(await of(1)).toMatchObject({
      awareness_until: "2026-11-30T12:30:00.000Z",
      requested: false,
      statement: null,
    });
    await send("POST", `/api/nfes/${announcedKey(1)}/statement`, { json: { type: "210210" } });
    await send("POST", `/api/nfes/${announcedKey(1)}/statement`, { json: { type: "210200" } });
    await send("POST", "/api/nfes/fetch", { json: { access_key: announcedKey(1) } });
    expect(await of(1)).toMatchObject({
      requested: true,
      statement: { type: "210200", state: "asked", by_rule: false },
    });
    expect(await of(2)).toMatchObject({ requested: false, statement: null });
  }));

test("the state of a CNPJ has what is left of the hour's allowance, and whether a valid certificate is here", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    const play = new SefazPlay({ now: () => ports.clock.now() });
    await switchedOn(service);
    const state = async () => {
      const [{ asks_left, waiting, certificate }] = (await send("GET", "/api/sefaz")).body.data;
      return { asks_left, waiting, certificate };
    };
    expect(await state()).toEqual({ asks_left: 20, waiting: 0, certificate: false });
    await send("POST", "/api/nfes/fetch", { json: { access_key: announcedKey(1) } });
    expect(await state()).toMatchObject({ asks_left: 20, waiting: 1 });
    await called(service, play);
    const pfx = Buffer.from(somePfx()).toString("base64");
    await send("POST", "/api/certificates", { json: { pfx, passphrase: "segredo" } });
    expect(await state()).toEqual({ asks_left: 19, waiting: 0, certificate: true });
  }));
