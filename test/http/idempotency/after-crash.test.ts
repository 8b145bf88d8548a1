import { expect, test } from "bun:test";
import {
  goesOn,
  hasOwnKey,
  onlyReads,
  showsSecret,
} from "../../../src/http/idempotency/after-crash.ts";
import { withApp } from "../../support/app.ts";

/** A repetition would make a second one, or cannot give the first answer: `idempotency.answer_lost`, with what was made. */
const ANSWER_LOST = [
  "/api/certificates",
  "/api/categories",
  "/api/config/email/address",
  "/api/confirmations/{id}",
  "/api/counts/{id}/unknown/{line}/assign",
  "/api/jobs/{id}/replay",
  "/api/keys",
  "/api/movements/batch",
  "/api/nfes/fetch",
  "/api/nfes/{access_key}/costs",
  "/api/nfes/{access_key}/restore",
  "/api/products",
  "/api/supplier-items/import",
  "/api/users",
  "/api/users/{id}/invite",
  "/api/webhooks",
  "/api/webhooks/{id}/deliveries/{event}/replay",
  "/api/webhooks/{id}/replay",
  "/api/webhooks/{id}/rotate-secret",
];
/** Without a user there is no key; what writes nothing keeps none. */
const WITHOUT_KEY = [
  "/api/config/alerts/test",
  "/api/config/email/test",
  "/api/login",
  "/api/password/set",
  "/api/profile/cpu",
  "/api/profile/heap",
  "/api/session",
  "/api/webhooks/{id}/ping",
];

/** Answers with a secret that is shown once. */
const SECRETS = [
  "/api/keys",
  "/api/session/company",
  "/api/users",
  "/api/users/{id}/invite",
  "/api/webhooks",
  "/api/webhooks/{id}/rotate-secret",
];

const posts = async () => {
  const paths: string[] = [];
  await withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    for (const path of Object.keys(body.paths)) if (body.paths[path].post) paths.push(path);
  });
  return paths;
};

test("every POST route has one way in which a repetition after a crash is answered", async () => {
  const paths = await posts();
  expect(paths.length).toBeGreaterThan(30);
  for (const path of paths) {
    const ways = [
      goesOn(path) ? "goes on" : "",
      onlyReads(path) ? "only reads" : "",
      hasOwnKey(path) ? "has its own key" : "",
      ANSWER_LOST.includes(path) ? "answer lost" : "",
      WITHOUT_KEY.includes(path) ? "without key" : "",
    ].filter(Boolean);
    expect([path, ways.length, ways]).toEqual([path, 1, ways]);
  }
  for (const path of [...ANSWER_LOST, ...WITHOUT_KEY])
    expect([path, paths.includes(path)]).toEqual([path, true]);
});

test("the answers with a secret are not kept", () => {
  for (const path of SECRETS) expect([path, showsSecret(path)]).toEqual([path, true]);
});
