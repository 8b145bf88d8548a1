import { expect } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { clientReader } from "../../src/platform/libsql/reader.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { answerOf } from "../support/app.ts";
import { testInFull } from "../support/full.ts";

const ROOT = join(import.meta.dir, "../..");
const PASSWORD = "uma senha dos testes";

testInFull(
  "sge company move, killed with -9 beside a service with 16 uploaders, loses and doubles nothing",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "sge-moves-"));
    const env = {
      PATH: process.env.PATH,
      DATA_DIR: folder,
      DATABASE_URL: `file:${folder}/sge.db`,
      DATABASE_URLS: `norte=file:${folder}/norte.db`,
      PORT: "0",
      ADMIN_PASSWORD: PASSWORD,
      ADMIN_EMAIL: "ana@loja.example",
      COMPANY_CNPJ: COMPANY.cnpj,
      RATE_LIMIT_PER_SECOND: "0",
      LOG_LEVEL: "error",
      PASSWORD_COST: "4",
    };
    const spawn = (...args: string[]) =>
      Bun.spawn([process.execPath, ...args], { cwd: ROOT, env, stdout: "pipe", stderr: "pipe" });
    const service = spawn("src/bun.ts");
    try {
      const url = await addressOf(service.stdout);
      const login = await fetch(`${url}/api/login`, {
        method: "POST",
        body: JSON.stringify({ email: env.ADMIN_EMAIL, password: PASSWORD }),
      });
      const { body } = await answerOf(login);
      const token = String(body.token);
      const kept: string[] = [];
      let isOver = false;
      let seed = 5_000;
      const uploader = async () => {
        while (!isOver) {
          seed += 1;
          const { xml, accessKey } = syntheticNote({ seed, items: 2 });
          for (let status = 0; status !== 200; ) {
            const answer = await fetch(`${url}/api/nfe/upload?approve=true`, {
              method: "POST",
              headers: { authorization: `Bearer ${token}`, "content-type": "application/xml" },
              body: xml,
            });
            status = answer.status;
            const text = await answer.text();
            if (status !== 200 && !text.includes("company.moving"))
              throw new Error(`${status} ${text}`);
            await Bun.sleep(300);
          }
          kept.push(accessKey);
        }
      };
      const uploaders = Array.from({ length: 16 }, uploader);
      const to = ["norte", "first", "norte"];
      let kills = 0;
      for (const home of to) {
        for (let waitMs = 300; ; waitMs += 150) {
          const move = spawn("src/cli/door.ts", "company", "move", "1", "--to", home);
          const timer = setTimeout(() => move.kill("SIGKILL"), waitMs);
          const code = await move.exited;
          clearTimeout(timer);
          if (code === 0) break;
          kills += 1;
          expect([code, await new Response(move.stderr).text()]).toEqual([137, expect.anything()]);
        }
      }
      isOver = true;
      await Promise.all(uploaders);
      service.kill("SIGTERM");
      await service.exited;
      const verify = spawn("src/cli/door.ts", "verify");
      expect([await verify.exited, await new Response(verify.stdout).text()]).toEqual([
        0,
        expect.stringContaining("Tudo certo"),
      ]);
      const database = await openDatabase(`file:${folder}/norte.db`);
      const rows = await clientReader(database.reading).rows({
        sql: "select access_key from notes where company = 1 order by access_key",
        args: [],
      });
      await database.close();
      expect(rows.map((row) => String(row.access_key))).toEqual(kept.toSorted());
      expect(kills).toBeGreaterThan(2);
    } finally {
      service.kill("SIGKILL");
      await service.exited;
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);

async function addressOf(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const bytes of output) {
    text += new TextDecoder().decode(bytes);
    const [, url] = /listening on (http:\S+)/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the service did not start: ${text}`);
}
