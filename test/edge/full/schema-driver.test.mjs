import assert from "node:assert/strict";
import { after, test } from "node:test";
import { drive } from "../../support/http/drive-world.ts";
import { queueWorld } from "../queue-world.mjs";
import { fromBun, SECRET } from "../world.mjs";

const RUNS = 1_500;
const PEOPLE = [
  ["VISUALIZADOR", "VISUALIZADOR", 11, 1],
  ["OPERADOR", "OPERADOR", 12, 1],
  ["GERENTE", "GERENTE", 13, 1],
  ["ADMIN", "ADMIN", 14, 1],
  ["otherCompany", "ADMIN", 21, 2],
];
const email = (id) => `pessoa${id}@example.com`;

const world = await queueWorld({ RATE_LIMIT_BURST: "0" });
after(() => world.close());

/** A second company, people of each role, and a token for each; as test/support/app.ts has them. */
async function tokensOfPeople() {
  await world.run(`insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
      require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
    select 2, 'Outra', '[]', environment, time_zone, auto_approve, overridable_holds,
      require_signature, require_mapping, allow_negative, 1, created_at, updated_at from companies where id = 1`);
  for (const [, role, id, company] of PEOPLE)
    await world.run(`insert into users (id, company, name, email, password_hash, role, active, token_version, created_at, updated_at)
      values (${id}, ${company}, 'Pessoa ${id}', '${email(id)}', 'none', '${role}', 1, 1, 0, 0)`);
  return fromBun(`
    const { issueToken } = await import("./src/accounts/token.ts");
    const tokens = {};
    for (const [who, role, id, company] of ${JSON.stringify(PEOPLE)})
      tokens[who] = await issueToken(${JSON.stringify(SECRET)},
        { id, company, email: "pessoa" + id + "@example.com", role, tokenVersion: 1 }, Date.now());
    return tokens;`);
}

test(`${RUNS} requests of the schemas, as each role of two companies, get answers of the contract in workerd`, async () => {
  const tokens = await tokensOfPeople();
  const made = await fromBun(`
    const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
    const { zipOf } = await import("./src/synthetic/zip.ts");
    const notes = (from, count) => Array.from({ length: count }, (_, n) => syntheticNote({ seed: from + n, items: 2 }).xml);
    const zip = await zipOf([{ name: "a.xml", bytes: new TextEncoder().encode(notes(50, 1)[0]) }]);
    return { first: notes(10, 6), second: notes(90, 1), zip: Buffer.from(zip).toString("base64") };`);
  const documents = { ...made, zip: new Uint8Array(Buffer.from(made.zip, "base64")) };
  const ask = (as, method, path, { headers, body }) =>
    world.call(path, {
      method,
      body,
      headers: { authorization: `Bearer ${tokens[as]}`, ...headers },
    });
  const { accepted, operations, statuses } = await drive(ask, documents, RUNS, 20_261_128).catch(
    (error) => {
      throw new Error(JSON.stringify(world.logged("request.crashed")), { cause: error });
    },
  );
  assert.ok(accepted.size > operations.length / 3, `${accepted.size} of ${operations.length}`);
  for (const status of [200, 201, 204, 400, 403, 404, 409, 422])
    assert.ok(statuses.has(status), `no ${status}`);
});
