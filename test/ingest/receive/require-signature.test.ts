import { beforeAll, expect, test } from "bun:test";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import {
  type Issued,
  icpName,
  issue,
  pemOf,
  signerOf,
} from "../../support/signatures/certificates.ts";

const EMITTER = "11222333000181";
const NOTE = syntheticNote({
  seed: 301,
  emit: { cnpj: EMITTER, name: "EMITENTE LTDA" },
  signed: false,
});
const path = `/api/nfes/${NOTE.accessKey}`;
const codes = (list: { code: string }[]) => list.map(({ code }) => code);

let root: Issued;
let holder: Issued;
let mallory: Issued;

beforeAll(async () => {
  root = await issue({ name: "RAIZ DE TESTE", authority: true });
  holder = await issue({ name: "EMITENTE", by: root, more: [icpName(EMITTER)] });
  mallory = await issue({ name: "Mallory" });
});

const strict = ({ send }: TestApp) =>
  send("PATCH", "/api/company", { json: { require_signature: true } });

test("H4: a company that requires signatures accepts the emitter's own and holds a note signed by another", () =>
  withApp(async (service) => {
    await strict(service);
    const { upload, send } = service;
    const forged = signerOf(mallory).sign(NOTE.xml);
    expect(codes((await upload(forged, "?approve=true")).body.holds)).toEqual([
      "signature_invalid",
    ]);
    expect((await send("GET", path)).body.holds[0].message).toContain("certificado de outra");
    const right = syntheticNote({
      seed: 302,
      emit: { cnpj: EMITTER, name: "EMITENTE LTDA" },
      signed: false,
    });
    const { body } = await upload(signerOf(holder).sign(right.xml), "?approve=true");
    expect([body.status, codes(body.holds)]).toEqual(["PROCESSADA", []]);
    expect(codes(body.findings)).toEqual(
      expect.arrayContaining(["certificate_not_checked", "revocation_not_checked"]),
    );
  }));

test("H4: with configured roots a note of an unknown authority is held, one of a configured authority is not", async () => {
  const other = await issue({ name: "OUTRA RAIZ", authority: true });
  const foreign = await issue({ name: "EMITENTE", by: other, more: [icpName(EMITTER)] });
  for (const [issued, holds] of [
    [holder, []],
    [foreign, ["signature_invalid"]],
  ] as const)
    await withApp(
      async (service) => {
        await strict(service);
        const { body } = await service.upload(signerOf(issued).sign(NOTE.xml));
        expect(codes(body.holds)).toEqual([...holds]);
        expect(codes(body.findings)).not.toContain("certificate_not_checked");
      },
      { config: { SIGNATURE_ROOTS: pemOf(root) } },
    );
});

test("H5: an event that its author did not sign does not count where signatures are required", () =>
  withApp(async (service) => {
    await strict(service);
    const { upload, send, rows } = service;
    await upload(signerOf(holder).sign(NOTE.xml));
    const event = cancellationEvent(NOTE.accessKey);
    const signed = (issued: Issued) => signerOf(issued).sign(event, { element: "infEvento" });
    for (const xml of [event, signed(mallory), signed(holder).replace("Pedido", "pedido")]) {
      expect((await upload(xml)).body.event.effect).toBe("none");
      const batch = new FormData();
      batch.append("files", new File([xml], "e.xml"));
      const answer = await send("POST", "/api/nfe/batch?dry_run=true", { body: batch });
      expect(answer.body.results).toMatchObject([{ outcome: "event", effect: "none" }]);
    }
    expect((await send("GET", path)).body.holds).toEqual([]);
    const lines = await rows("select detail from audit where action = 'nfe.event'");
    for (const { detail } of lines)
      expect(JSON.parse(String(detail))).toMatchObject({ why: "signature" });
    expect((await upload(signed(holder))).body.event.effect).toBe("cancelled");
  }));
