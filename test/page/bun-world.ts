import { consumerOf } from "../../src/consumer.ts";
import { FULL, testUnless } from "../support/full.ts";
import { withServer } from "../support/server.ts";
import { noBrowser, type Sentence, type VisitOptions, visit, type World } from "./browser.ts";
import { builtPage } from "./built-page.ts";

const ADMIN = { email: "dona@loja.example", password: "uma senha dos testes" };

/** Runs `body` with a service on Bun that works off its jobs, its database new and its page built. */
export async function withBunWorld(body: (world: World) => Promise<void>): Promise<void> {
  await builtPage();
  await withServer(
    (server) => {
      server.ports.startQueues(consumerOf);
      return body({
        url: server.url,
        admin: ADMIN,
        call: (method, path, json) =>
          server.call(method, path, {
            ...(json === undefined
              ? {}
              : { body: JSON.stringify(json), headers: { "content-type": "application/json" } }),
          }),
        upload: (xml, query) => server.upload(xml, query),
      });
    },
    { ADMIN_EMAIL: ADMIN.email },
  );
}

/** A test for each sentence, each with a service of its own; those that are not short only in check:full. Without a browser their titles say so. */
export function testSentences(sentences: readonly Sentence[], options: VisitOptions = {}): void {
  for (const { name, short, run } of sentences) {
    const testHere = testUnless(noBrowser, short === true || FULL);
    testHere(name, () => withBunWorld((world) => visit(world, run, { ...options, brief: !FULL })));
  }
}
