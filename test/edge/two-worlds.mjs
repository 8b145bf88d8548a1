import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ADMIN, libsqlServer, SECRET } from "./world.mjs";

/** The same configuration in both: a Worker is always production. The bucket is full again before the next request. */
const SAME = {
  APP_ENV: "production",
  JWT_SECRET: SECRET,
  PASSWORD_COST: "4",
  CORS_ORIGINS: "https://loja.example",
  RATE_LIMIT_PER_SECOND: "1000",
  RATE_LIMIT_BURST: "1000",
  LOG_LEVEL: "error",
};

/**
 * The service on Bun, over a file of its own, and the same service in workerd, over a libSQL server: each with its first
 * company and ADMIN. Each request goes to both. Under `wrangler dev`, which answers twice as fast as the test harness: that
 * sends every request of the Worker's to its database through this process.
 */
export const twoWorlds = () => both(onBun, inWorkerd);

/** Two services by their starters, each in a folder of its own. Closes the other where one does not start. */
export async function both(...starters) {
  const folder = await mkdtemp(join(tmpdir(), "sge-parity-"));
  const started = await Promise.allSettled(
    starters.map(async (start, i) => {
      const own = join(folder, String(i));
      await mkdir(own);
      return start(own);
    }),
  );
  const close = async () => {
    await Promise.all(started.map(({ value }) => value?.close()));
    await rm(folder, { recursive: true, force: true });
  };
  const failed = started.find(({ reason }) => reason !== undefined);
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const sides = started.map(({ value: { url } }) => ({
    fetch: (path, init) => fetch(url + path, init),
    known: {},
  }));
  return { sides, close, services: started.map(({ value }) => value) };
}

/** The settings of a service on Bun with its files in a folder. */
export const bunSettings = (folder) => ({
  ...SAME,
  HOST: "127.0.0.1",
  PORT: "0",
  DATA_DIR: folder,
  DATABASE_URL: `file:${join(folder, "sge.db")}`,
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
});

/** Starts the service on Bun; `more` are settings beside those of the folder. */
export const onBun = (folder, more = {}) =>
  said(["bun", "src/bun.ts"], { ...bunSettings(folder), ...more }, /^listening on (http:\S+)$/);

const inWorkerd = async (folder) => inWorkerdOver(folder, await libsqlServer());

/** Starts the service in workerd over `database` (its `url`, and `more` settings), which is closed with it. */
export async function inWorkerdOver(folder, database) {
  const vars = Object.entries({ ...SAME, DATABASE_URL: database.url, ...database.more });
  const command = ["wrangler", "dev", "--local", "--port", "0", "--ip", "127.0.0.1"];
  const quiet = ["--inspector-port", "0", "--show-interactive-dev-session=false"];
  const state = ["--persist-to", join(folder, "state")];
  const given = vars.flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  try {
    const dev = await said([...command, ...quiet, ...state, ...given], {}, /Ready on (http:\S+)/);
    const close = async () => {
      await dev.close();
      await database.close();
    };
    return { ...database, url: dev.url, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Starts a program, and waits for the line in which it says where it listens. */
async function said([command, ...args], vars, line) {
  const child = spawn(command, args, {
    env: { ...process.env, ...vars },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for await (const text of createInterface(child.stdout)) {
    const url = line.exec(text)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, close };
  }
  throw new Error(`${command} ended before it was ready`);
}

/** Of the connection, or of who serves: no part of the contract. */
const OF_THE_WAY = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

/** What two services that know nothing of each other make by themselves, each by a word for it. */
const OWN = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>"],
  [/sge_[\w-]+/g, "<key>"],
  [/whsec_[\w+/]+=*/g, "<secret>"],
  [/(?<="(?:id|api_key)":"|\/keys\/|chave de API )[0-9a-z]{10}(?=")/g, "<key>"],
  [/(?<="token":")[0-9a-f]{64}(?=")/g, "<link>"],
  [/(?<=chave de API )[0-9a-z]{10}\b/g, "<key>"],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "<token>"],
  [/\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b/g, "<trace>"],
  [/_\d{8}_\d{6}(?=\.csv)/g, "_<now>"],
  // How many requests met in one second depends on how fast the two answer.
  [/(?<=^limit=1000, )remaining=9\d\d, reset=[01]$/g, "remaining=most, reset=soon"],
];

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const A_DAY = 86_400_000;
/** Just now, or so many whole days from now: what is kept for some days says until when. */
const isNow = (instant) => {
  const past = (Date.now() - Date.parse(instant)) / A_DAY;
  return past < 0.01 && past > -400 && Math.abs(past - Math.round(past)) < 0.01;
};

/** An instant as a CSV in the dialect `br` writes it, by the company's clock. */
const LOCAL = /(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)/g;

const plain = (text) =>
  OWN.reduce((left, [own, word]) => left.replaceAll(own, word), text)
    .replace(INSTANT, (instant) => (isNow(instant) ? "<now>" : instant))
    .replace(LOCAL, (instant, day, month, year, time) =>
      isNow(`${year}-${month}-${day}T${time}-03:00`) ? "<now>" : instant,
    );

/** An answer as it is compared, and its body as its own side knows it. */
async function readAnswer(response, { without = [] }) {
  const text = await response.text();
  const json = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
  const headers = [...response.headers]
    .filter(([name]) => !OF_THE_WAY.has(name) && !without.includes(name))
    .map(([name, value]) => [name, name === "etag" ? "<etag>" : plain(value)]);
  return {
    said: {
      status: response.status,
      headers: Object.fromEntries(headers),
      body: json ? JSON.parse(plain(text)) : plain(text),
    },
    body: json ? JSON.parse(text) : text,
    response,
  };
}

/**
 * Asks both sides the same, and holds their answers against each other: status, headers, body. `request` is plain or made
 * of what a side has answered before (`known`); `keep` takes from a body what later requests need. `without` names headers
 * that may differ, `like` what is compared of an answer in place of all. Gives Bun's answer.
 */
export async function ask(sides, what, request, { keep, without, like = (said) => said } = {}) {
  const answers = await Promise.all(
    sides.map(async ({ fetch, known }) => {
      const {
        method = "GET",
        path,
        as = known.admin,
        headers = {},
        body,
        json,
      } = typeof request === "function" ? request(known) : request;
      const response = await fetch(path, {
        method,
        redirect: "manual",
        headers: {
          "accept-encoding": "identity",
          ...(as === null || as === undefined ? {} : { authorization: `Bearer ${as}` }),
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: json === undefined ? body : JSON.stringify(json),
      });
      const answer = await readAnswer(response, { without });
      keep?.(answer.body, known, response);
      return answer;
    }),
  );
  const [bun, edge] = answers.map(({ said }) => like(said));
  assert.deepEqual(edge, bun, `${what}: workerd answers otherwise than Bun`);
  assert.notEqual(answers[0].said.status, 500, `${what}: ${JSON.stringify(answers[0].said.body)}`);
  return answers[0].said;
}
