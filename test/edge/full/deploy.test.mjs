import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { ADMIN, libsqlServer } from "../world.mjs";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const SECRETS = ["DATABASE_AUTH_TOKEN", "DATABASE_URL", "JWT_SECRET"];

/** As much of Cloudflare's API as wrangler asks for when it deploys; `asked` has what changes something. */
const cloudflare = { secrets: null, asked: [], url: "" };
const api = createServer((request, response) => {
  request.resume();
  const path = new URL(request.url, "http://api").pathname.replace(`/accounts/${ACCOUNT}`, "");
  const name = new URL(request.url, "http://api").searchParams.get("name");
  if (request.method !== "GET") cloudflare.asked.push(`${request.method} ${path}`);
  const say = (status, result, errors = []) => {
    response.writeHead(status, { "content-type": "application/json" });
    const result_info = { page: 1, per_page: 100, total_pages: 1, count: 1, total_count: 1 };
    response.end(
      JSON.stringify({ success: status === 200, errors, messages: [], result, result_info }),
    );
  };
  if (path.endsWith("/secrets")) {
    if (cloudflare.secrets === null)
      return say(404, null, [{ code: 10007, message: "This Worker does not exist" }]);
    return say(
      200,
      cloudflare.secrets.map((secret) => ({ name: secret, type: "secret_text" })),
    );
  }
  if (path === "/queues")
    return say(200, [
      { queue_id: name, queue_name: name, producers: [], consumers: [], settings: {} },
    ]);
  if (path.startsWith("/workers/services/")) {
    const script = { last_deployed_from: "wrangler", tag: "t", tags: null };
    return say(200, { default_environment: { environment: "production", script } });
  }
  if (path.startsWith("/workers/workers/"))
    return say(200, { subdomain: { enabled: true, previews_enabled: false } });
  if (path === "/workers/subdomain") return say(200, { subdomain: "loja" });
  // It has every file of the page already.
  if (path.endsWith("/assets-upload-session")) return say(200, { buckets: [], jwt: "all" });
  if (path.endsWith("/deployments")) return say(200, { deployments: [] });
  if (path.endsWith("/settings")) return say(200, { bindings: [] });
  return say(200, { id: "sge-production", startup_time_ms: 12, deployment_id: "1" });
});

let server;
before(async () => {
  await new Promise((resolve) => api.listen(0, "127.0.0.1", resolve));
  cloudflare.url = `http://127.0.0.1:${api.address().port}`;
  server = await libsqlServer(undefined, false);
});
after(async () => {
  api.close();
  await server?.close();
});

/** `bun run deploy`, against the API above. */
function deploy(env) {
  return new Promise((resolve) => {
    execFile(
      "bun",
      ["src/tools/deploy.ts", "production"],
      {
        env: {
          ...process.env,
          CLOUDFLARE_API_BASE_URL: cloudflare.url,
          CLOUDFLARE_API_TOKEN: "of no account",
          CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
          ADMIN_EMAIL: ADMIN.email,
          ADMIN_PASSWORD: ADMIN.password,
          PASSWORD_COST: "4",
          ...env,
        },
      },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** What tables the database has. */
async function tables() {
  const stmt = { sql: "select name from sqlite_master where type = 'table'" };
  const body = JSON.stringify({ requests: [{ type: "execute", stmt }, { type: "close" }] });
  const answer = await fetch(`${server.url}/v2/pipeline`, { method: "POST", body });
  const [{ response }] = (await answer.json()).results;
  return response.result.rows.map(([{ value }]) => value);
}

test("a deploy without secrets, or with a local database, changes nothing, and says what to do", async () => {
  const local = await deploy({ DATABASE_URL: "" });
  assert.equal(local.code, 1);
  assert.match(local.stderr, /DATABASE_URL deve ser o banco de production/);
  cloudflare.secrets = null;
  const never = await deploy({ DATABASE_URL: server.url });
  assert.equal(never.code, 1);
  for (const name of SECRETS)
    assert.match(never.stderr, new RegExp(`wrangler secret put ${name} --env production`));
  cloudflare.secrets = SECRETS.slice(1);
  const one = await deploy({ DATABASE_URL: server.url });
  assert.equal(one.code, 1);
  assert.match(one.stderr, /secret put DATABASE_AUTH_TOKEN/);
  assert.doesNotMatch(one.stderr, /secret put JWT_SECRET/);
  assert.deepEqual([cloudflare.asked, await tables()], [[], []]);
});

test("a deploy migrates, makes the first company, and then deploys code, cron and queues", async () => {
  cloudflare.secrets = SECRETS;
  const { code, stdout, stderr } = await deploy({ DATABASE_URL: server.url });
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /banco de dados atualizado[\s\S]*https:\/\/sge-production\.loja\.workers\.dev/,
  );
  assert.ok((await tables()).includes("companies"));
  for (const wanted of [
    "PUT /workers/scripts/sge-production",
    "PUT /workers/scripts/sge-production/schedules",
    "POST /queues/sge-production-jobs/consumers",
    "POST /queues/sge-production-jobs-dead/consumers",
  ])
    assert.ok(cloudflare.asked.includes(wanted), `${wanted} in ${cloudflare.asked}`);
});
