import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { after, test } from "node:test";
import { createTestHarness } from "wrangler";
import { contractReceiver } from "../support/webhooks/contract-receiver.mjs";
import { fromBun, libsqlServer } from "./world.mjs";

// The ports of Workers keep the promises that test/contracts writes down, in workerd, over its own R2, Queues, Durable
// Objects and a real libSQL server. The cases are known only to the Worker that runs them.
const database = await libsqlServer();
// The folder that the static files of contracts.toml stand in.
const built = new URL("./.contracts-page/", import.meta.url);
for (const [name, content] of Object.entries(
  await fromBun(`
  const { BUILT } = await import("./test/contracts/page.ts");
  return BUILT;`),
)) {
  await mkdir(new URL(".", new URL(name, built)), { recursive: true });
  await writeFile(new URL(name, built), content);
}
const receiver = await contractReceiver();
const harness = createTestHarness({
  workers: [
    {
      configPath: "test/edge/contracts.toml",
      vars: { DATABASE_URL: database.url, RECEIVER_URL: receiver.url },
    },
  ],
});
after(async () => {
  await harness.close();
  await database.close();
  await rm(built, { recursive: true, force: true });
  receiver.close();
});
await harness.listen();
const names = await (await harness.fetch("/")).json();

test("every port has its contract", () => {
  const ports = new Set(names.map((name) => name.split(/[: ]/)[0]));
  assert.deepEqual([...ports].sort(), [
    "blobs",
    "commitSignal",
    "documents",
    "health",
    "installation",
    "limits",
    "meter",
    "originals",
    "outgoing",
    "page",
    "passwords",
    "queue",
    "reader",
    "writer",
  ]);
});

for (const name of names)
  test(`workerd: ${name}`, async () => {
    const answer = await harness.fetch("/", { method: "POST", body: name });
    assert.equal(await answer.text(), "");
  });
