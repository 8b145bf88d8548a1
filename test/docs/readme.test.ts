import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestApp, testApp } from "../support/app.ts";

const readme = await Bun.file("README.md").text();

/** The answers that the README shows, in its order. */
const shown = [...readme.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = ""]) =>
  JSON.parse(text),
);

let service: TestApp;
beforeAll(async () => {
  service = await testApp({ config: { COMPANY_CNPJ: ["11222333000181"] } });
});
afterAll(() => service.close());

const upload = async (name: string) =>
  service.upload(await Bun.file(`docs/examples/${name}.xml`).text(), "?approve=true", "ADMIN");

const HELD = "/api/nfes/31261150291837000105550010000001021707421071/process";
const json = { override: ["unknown_operation"], items: [{ n_item: 1, effect: "entry" }] };

test("the answers of the README are those of the service", async () => {
  const answers = [
    await upload("compra"),
    await upload("compra"),
    await upload("pendente"),
    await service.send("POST", `${HELD}?dry_run=true`, { as: "ADMIN", json }),
    await service.send("POST", HELD, { as: "ADMIN", json }),
    await upload("recusada"),
  ].map(({ body }) => body);
  const withoutIds = (list: object[]) =>
    list.map((answer) => ({ ...answer, ...("request_id" in answer ? { request_id: "" } : {}) }));
  expect(withoutIds(shown)).toEqual(withoutIds(answers));
});

test("the first two commands of the README are those that a tool runs", () => {
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
  expect(blocks.join("").split("\n").slice(0, 2)).toEqual([
    "npx --yes bun@1.4.5 run demo",
    "npx --yes bun@1.4.5 run check",
  ]);
});

test("the first two shell commands of the README run the demo and the check", async () => {
  const readme = await Bun.file("README.md").text();
  const blocks = [...readme.matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```/gm)];
  const commands = blocks.flatMap(([, block = ""]) => block.trim().split("\n"));
  expect(commands.slice(0, 2)).toEqual([
    "npx --yes bun@1.4.5 run demo",
    "npx --yes bun@1.4.5 run check",
  ]);
});
