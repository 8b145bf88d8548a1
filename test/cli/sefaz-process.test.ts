import { expect } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { trusted } from "../../src/lib/cast.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { Authority, noTlsPlay } from "../sefaz/play/authority.ts";
import { SefazPlay } from "../sefaz/play/play.ts";
import { tlsPlay } from "../sefaz/play/tls-play.ts";
import type { Answer } from "../support/app.ts";
import { testInFullUnless } from "../support/full.ts";
import { ADMIN, startProcess, temporaryFolder } from "../support/process.ts";
import { announcedKey, noteSummary } from "../support/sefaz/summaries.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;
const { cnpj } = COMPANY;

const testOverTls = testInFullUnless(noTlsPlay);
testOverTls(
  "sge sefaz run fetches over mTLS with a PFX, and one that was killed in its call costs the hour",
  async () => {
    await using dir = await temporaryFolder();
    const play = new SefazPlay({ now: Date.now });
    const authority = new Authority();
    const tls = await tlsPlay(play, authority, "renegotiation");
    const server = startProcess(dir.path);
    try {
      const url = await server.listening;
      const { pfx, passphrase } = authority.pfx({ cnpj });
      const file = join(dir.path, "a1.pfx");
      await writeFile(file, pfx);
      const ca = join(dir.path, "ca.pem");
      await writeFile(ca, authority.root);
      const ask = async (method: string, path: string, token: string, json?: object) => {
        const answer = await fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        });
        return trusted<Answer["body"]>(await answer.json());
      };
      const { token } = await ask("POST", "/api/login", "", ADMIN);
      await ask("PATCH", "/api/sefaz", token, { cnpj, uf: "SP", active: true });
      const agent = () =>
        Bun.spawn([process.execPath, CLI, "sefaz", "run", file, "--once", "--json", "--url", url], {
          cwd: dir.path,
          env: {
            PATH: process.env.PATH,
            SGE_TOKEN: token,
            SGE_CERTIFICATE_PASSWORD: passphrase,
            SEFAZ_CA: ca,
            SEFAZ_URLS: `distribution=${tls.url}`,
          },
          stdout: "pipe",
          stderr: "pipe",
        });
      const note = syntheticNote({ seed: 3, items: 1 });
      play.push(cnpj, "procNFe_v4.00.xsd", note.xml, note.accessKey);
      for (let n = 1; n <= 60; n += 1)
        play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
      const first = agent();
      const said = await first.stdout.text();
      expect([await first.exited, await first.stderr.text(), said]).toEqual([0, "", said]);
      expect(JSON.parse(said.split("\n")[0] ?? "")).toMatchObject({
        event: "called",
        documents: 1,
        announced: 49,
      });
      expect(said).not.toContain(passphrase);
      await Bun.sleep(1_500);
      // The server says nothing: the agent is killed while it waits for the answer.
      tls.faults.push("silent");
      const second = agent();
      while (tls.seen.length < 2) await Bun.sleep(20);
      second.kill("SIGKILL");
      await second.exited;
      const third = agent();
      const [line = ""] = (await third.stdout.text()).split("\n");
      const { event, until } = JSON.parse(line);
      expect(event).toBe("waiting");
      expect(Date.parse(until) - Date.now()).toBeGreaterThan(3_600_000);
      expect(play.counts.forbidden).toBe(0);
      const [state] = (await ask("GET", "/api/sefaz", token)).data;
      expect(state).toMatchObject({ ult_nsu: 50, max_nsu: 61 });
      while ((await ask("GET", `/api/nfes/${note.accessKey}`, token)).access_key === undefined)
        await Bun.sleep(50);
    } finally {
      server.child.kill("SIGTERM");
      await server.child.exited;
      tls.stop();
      authority.remove();
    }
  },
  120_000,
);
