import { copyFile, open, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { openConnection } from "../../src/platform/bun/database/connection.ts";
import type { Random } from "../../src/synthetic/random.ts";
import { signIn, startProcess } from "../support/process.ts";
import { inspectDatabase } from "./inspect-database.ts";
import { uploaders } from "./uploaders.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;

const DOES = ["remove", "replace", "overwrite", "empty", "cut", "damage"] as const;
const FILES = ["", "-wal"] as const;
const WHEN = ["serving", "stopped"] as const;

export interface Kind {
  readonly does: (typeof DOES)[number];
  readonly file: (typeof FILES)[number];
  readonly when: (typeof WHEN)[number];
}

/** In an order that changes all three from one to the next, so that few rounds see much. */
export const KINDS: readonly Kind[] = WHEN.flatMap((_, w) =>
  FILES.flatMap((_, f) =>
    DOES.map((does, d) => ({
      does,
      file: FILES[(f + d) % 2] ?? "",
      when: WHEN[(w + d + (d >> 1)) % 2] ?? "serving",
    })),
  ),
);

const FIRST: Kind = { does: "remove", file: "", when: "serving" };

export interface Round extends Kind {
  readonly acknowledged: number;
  /** Acknowledged, and not in the database that is under the name afterwards. */
  readonly lost: number;
  /** What has reported it: health, start, verify. */
  readonly named: string;
  /** Answers, or last lines of output, that must not occur. */
  readonly strange: readonly string[];
}

const CLIENTS = 8;

/** One installation, its uploaders, and what becomes of its file. */
export async function round(cwd: string, random: Random, kind = FIRST): Promise<Round> {
  const path = join(cwd, "data/sge.db");
  const strange: string[] = [];
  const named: string[] = [];
  const server = startProcess(cwd);
  const url = await server.listening;
  const token = await signIn(url);
  const clients = uploaders(CLIENTS, async () => ({ url, token }));
  await clients.reached(5);
  const copy = join(cwd, "antes.db");
  copyOf(path, copy);
  await clients.reached(5 + random.between(10, 60));
  if (kind.when === "serving") {
    await injectFault(path, copy, kind, random);
    await Bun.sleep(random.between(50, 400));
    const health = await fetch(`${url}/api/health/full`);
    const text = await health.text();
    if (health.status === 503) named.push(`health ${/"code":"([\w.]+)"/.exec(text)?.[1] ?? "?"}`);
    if (text.includes(cwd)) strange.push(text);
  }
  server.child.kill(random.between(0, 2) === 0 ? "SIGTERM" : "SIGKILL");
  await server.child.exited;
  await clients.stop();
  if (kind.when === "stopped") await injectFault(path, copy, kind, random);
  const { acknowledged } = clients.sent;
  // A batch answers 200, and says it in the line of each document.
  strange.push(
    ...clients.sent.strange.filter((text) => !/"code":"storage\.(?:gone|damaged)"/.test(text)),
  );

  await using again = startProcess(cwd);
  const started = await again.listening.then(
    () => "",
    (error: Error) => error.message,
  );
  if (started !== "") {
    named.push("start");
    if (!SENTENCE.test(started)) strange.push(started);
  }
  again.child.kill("SIGTERM");
  await again.child.exited;
  const verify = Bun.spawn([process.execPath, CLI, "verify"], {
    cwd,
    env: { PATH: process.env.PATH },
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await verify.stdout.text()) + (await verify.stderr.text());
  if ((await verify.exited) !== 0) named.push("verify");
  if (RAW.test(said)) strange.push(said);

  const there = await inspectDatabase(path).then(
    ({ approved }) => approved,
    () => new Set<string>(),
  );
  const lost = acknowledged.difference(there).size;
  return { ...kind, acknowledged: acknowledged.size, lost, named: named.join(", "), strange };
}

/** What a start says when it refuses: one sentence, with the file and a command. */
const SENTENCE = /sge\.db.*(?:sge restore|sge adopt)/s;
/** SQLite's, the system's and the program's own words. */
const RAW = /^\s+at |SqliteError|ENOENT|EEXIST|EACCES|ConnectionFailed|^database disk image/m;

function copyOf(path: string, copy: string): void {
  const database = openConnection(path, "");
  database.execute({ sql: "VACUUM INTO ?1", args: [copy] });
  database.close();
}

async function injectFault(
  path: string,
  copy: string,
  { does, file }: Kind,
  random: Random,
): Promise<void> {
  const target = `${path}${file}`;
  const { size } = await stat(target).catch(() => ({ size: 0 }));
  switch (does) {
    case "remove":
      return rm(target, { force: true });
    case "replace":
      await copyFile(copy, `${target}.new`);
      return rename(`${target}.new`, target);
    case "overwrite":
      return copyFile(copy, target);
    case "empty":
      return truncate(target, 0).catch(() => undefined);
    case "cut":
      return truncate(target, Math.floor(size / 2)).catch(() => undefined);
    case "damage":
      return damage(target, size, random);
  }
}

/** Pages of noise, somewhere. */
async function damage(target: string, size: number, random: Random): Promise<void> {
  if (size === 0) return;
  const file = await open(target, "r+");
  for (let n = 0; n < 4; n += 1) {
    const at = random.between(0, Math.max(0, Math.floor(size / 4_096) - 1)) * 4_096;
    const noise = new Uint8Array(4_096).map(() => random.between(0, 255));
    await file.write(noise, 0, noise.length, at);
  }
  await file.close();
}
