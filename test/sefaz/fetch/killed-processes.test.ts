import { expect } from "bun:test";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../../support/full.ts";
import { causeOf, portsWithAdmin } from "../../support/ports-with-admin.ts";
import { fastClock } from "../../support/sefaz/fast-clock.ts";
import { announcedKey, noteSummary } from "../../support/sefaz/summaries.ts";
import { SefazPlay } from "../play/play.ts";

const PROCESS = new URL("../../support/sefaz/fetching-process.ts", import.meta.url).pathname;
const CNPJS = 12;
const DOCUMENTS = 9_000;

testInFull(
  "two processes that are killed at random fetch every document once, with no forbidden call",
  async () => {
    const ports = await portsWithAdmin();
    const random = new Random(14);
    const play = new SefazPlay({ now: fastClock.now });
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const message = await request.text();
        await Bun.sleep(random.below(100));
        if (random.below(40) === 0) return new Response("em manutenção", { status: 503 });
        const answer = await play.receive(message, null);
        await Bun.sleep(random.below(200));
        return new Response(answer);
      },
    });
    const spawn = () =>
      Bun.spawn([process.execPath, PROCESS, `${ports.config.DATA_DIR}/sge.db`, server.url.href], {
        // What a killed one leaves goes with the folder of the test.
        env: { ...process.env, TMPDIR: ports.config.DATA_DIR },
        stdout: "inherit",
        stderr: "inherit",
      });
    const cnpjs = Array.from({ length: CNPJS }, (_, n) => cnpjOf(String(100_000_000_000 + n)));
    ports.clock.set(0);
    for (const cnpj of cnpjs)
      await changeFetching(ports, { cnpj, environment: "1", uf: "35", active: true }, causeOf(1));
    for (let n = 1; n <= DOCUMENTS; n += 1) {
      const cnpj = cnpjs[n % CNPJS] ?? "";
      if (n % 500 === 0)
        play.push(cnpj, "procNFe_v4.00.xsd", syntheticNote({ seed: n, items: 1 }).xml);
      else play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)));
    }
    const running = [spawn(), spawn()];
    let kills = 0;
    const done = async () => {
      const rows = await ports.reader.rows({
        sql: "select sum(ult_nsu) as n from sefaz_cursors",
        args: [],
      });
      return Number(rows[0]?.n) === DOCUMENTS;
    };
    try {
      for (let round = 0; round < 400 && !(await done()); round += 1) {
        await Bun.sleep(random.between(600, 1_600));
        const at = random.below(2);
        running[at]?.kill("SIGKILL");
        await running[at]?.exited;
        running[at] = spawn();
        kills += 1;
      }
    } finally {
      for (const one of running) one.kill("SIGKILL");
      await Promise.all(running.map((one) => one.exited));
      await server.stop(true);
    }
    expect(await done()).toBe(true);
    expect(kills).toBeGreaterThan(5);
    expect(play.counts.forbidden).toBe(0);
    const kept = await ports.reader.rows({
      sql: `select cnpj, nsu from announced_notes
        union all select substr(file, 7, 14), cast(substr(file, 26) as integer) from job_items`,
      args: [],
    });
    const shown = kept.map(({ cnpj, nsu }) => `${cnpj} ${nsu}`);
    expect([shown.length, new Set(shown).size]).toEqual([DOCUMENTS, DOCUMENTS]);
    await ports.close();
  },
  600_000,
);
