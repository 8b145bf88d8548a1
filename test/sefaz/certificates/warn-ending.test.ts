import { expect, test } from "bun:test";
import { alertSentence } from "../../../src/messages/pt-BR/alerts/alert-mail.ts";
import { removeCertificate } from "../../../src/sefaz/certificates/certificates.ts";
import { warnEnding } from "../../../src/sefaz/certificates/warn-ending.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { somePfx } from "../../support/sefaz/some-pfx.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 23, 12);

const add = async ({ send }: TestApp, until: number) => {
  const pfx = somePfx({ until: new Date(until).toISOString() }).toBase64();
  const made = await send("POST", "/api/certificates", { json: { pfx, passphrase: "segredo" } });
  expect(made.status).toBe(201);
  return made.body.id;
};
const reported = async ({ rows }: TestApp) =>
  (await rows("select payload from events where type = 'certificate.ending' order by id")).map(
    ({ payload }) => JSON.parse(String(payload)).days,
  );
const shown = async ({ send }: TestApp) =>
  (await send("GET", "/api/dashboard/stats")).body.alerts.certificates_ending;

test("the end of a certificate is reported 30, 15, 7 and 1 days before it and when it has come, each once", () =>
  withApp(async (service) => {
    const { ports } = service;
    const end = NOW + 40 * DAY;
    await add(service, end);
    const days: number[] = [];
    for (const left of [31, 30, 29, 16, 15, 14, 8, 7, 6, 2, 1, 0, -3]) {
      ports.clock.set(end - left * DAY + (left === 0 ? 1_000 : 0));
      const before = (await reported(service)).length;
      expect(await warnEnding(ports, 1)).toBeLessThanOrEqual(1);
      expect(await warnEnding(ports, 1)).toBe(0);
      if ((await reported(service)).length > before) days.push(left);
    }
    expect(days).toEqual([30, 15, 7, 1, 0]);
    expect(await reported(service)).toEqual([30, 15, 7, 1, 0]);
  }));

test("the end of a certificate is counted on the dashboard until another of its CNPJ outlives it, or it is removed", () =>
  withApp(async (service) => {
    const { ports, send } = service;
    const id = await add(service, NOW + 10 * DAY);
    expect(await shown(service)).toBe(0);
    expect(await warnEnding(ports, 1)).toBe(1);
    expect(await shown(service)).toBe(1);
    const next = await add(service, NOW + 400 * DAY);
    expect(await shown(service)).toBe(0);
    ports.clock.advance(5 * DAY);
    expect(await warnEnding(ports, 1)).toBe(0);
    ports.clock.advance(-5 * DAY);
    expect((await send("DELETE", `/api/certificates/${next}`)).status).toBe(204);
    expect(await shown(service)).toBe(1);
    expect((await send("DELETE", `/api/certificates/${id}`)).status).toBe(204);
    expect(await shown(service)).toBe(0);
  }));

test("two processes that look at the same moment report the end once, and none that was removed meanwhile", () =>
  withApp(async (service) => {
    const { ports } = service;
    const id = await add(service, NOW + 20 * DAY);
    const actor = { company: 1, userId: 14, role: "ADMIN" } as const;
    const cause = { actor, requestId: "t", peer: null };
    beforeNextCommit(ports, () => warnEnding(ports, 1));
    expect(await warnEnding(ports, 1)).toBe(0);
    expect(await reported(service)).toEqual([20]);
    ports.clock.advance(10 * DAY);
    beforeNextCommit(ports, () => removeCertificate(ports, id, cause));
    expect(await warnEnding(ports, 1)).toBe(0);
    expect(await reported(service)).toEqual([20]);
  }));

test("the mail of an end names the CNPJ and the days that are left", () => {
  const sentence = (days: number) =>
    alertSentence({
      id: "e1",
      type: "certificate.ending",
      at: "2026-11-23T12:00:00.000Z",
      payload: {
        certificate_id: "x",
        cnpj: "11222333000181",
        days,
        ends_at: "2026-12-01T00:00:00Z",
      },
    });
  expect([7, 1, 0].map(sentence)).toEqual([
    "o certificado A1 do CNPJ 11.222.333/0001-81 termina em 7 dias: sem outro, as notas deixam de ser buscadas na SEFAZ.",
    "o certificado A1 do CNPJ 11.222.333/0001-81 termina em 1 dia: sem outro, as notas deixam de ser buscadas na SEFAZ.",
    "o certificado A1 do CNPJ 11.222.333/0001-81 terminou: sem outro, as notas deixam de ser buscadas na SEFAZ.",
  ]);
});
