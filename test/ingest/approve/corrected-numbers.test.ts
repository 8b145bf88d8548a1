import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";

const thing = { cProd: "1", xProd: "COISA", uCom: "UN", qCom: "1", vUnCom: "1.00" };

test("holds, refused approvals and corrections name an item by its nItem, never by its position", () =>
  withApp(async ({ upload, send }) => {
    const made = syntheticNote({ CFOP: "5949", items: [thing, { ...thing, cProd: "2" }] });
    const xml = made.xml
      .replace('<det nItem="2"', '<det nItem="20"')
      .replace('<det nItem="1"', '<det nItem="10"');
    const path = `/api/nfes/${made.accessKey}/process`;
    const [hold] = (await upload(xml)).body.holds;
    expect(hold).toMatchObject({ code: "unknown_operation" });
    expect(hold.message).toContain("20");
    await send("PATCH", "/api/company", { json: { overridable_holds: ["unknown_operation"] } });
    const override = ["unknown_operation"];
    const short = await send("POST", path, {
      json: { override, items: [{ n_item: 10, effect: "entry" }] },
    });
    expect(short.body.errors).toMatchObject([
      { path: "/items/-/effect", code: "missing", message: "Informe o efeito do item 20" },
    ]);
    const wrong = await send("POST", path, {
      json: { override, items: [{ n_item: 2, effect: "none" }] },
    });
    expect(wrong.body.errors).toMatchObject([{ path: "/items/0/n_item", code: "unknown_item" }]);
    const items = [10, 20].map((n_item) => ({ n_item, effect: "entry" }));
    expect((await send("POST", path, { json: { override, items } })).status).toBe(200);
  }));
