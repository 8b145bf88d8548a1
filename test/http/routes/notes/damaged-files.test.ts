import { expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { enqueueBatch, xmlFile } from "../../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const note = syntheticNote({ seed: 1 });
const path = `/api/nfes/${note.accessKey}/xml`;

/** Writes to the database file directly, as a process with access to the disk would. */
const behind = (service: TestApp, sql: string, ...args: Uint8Array[]) =>
  service.ports.writer.commit({ statements: [{ sql, args }], read: () => undefined });

test("a changed, damaged or missing original is refused with a code of its own", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    expect((await service.send("GET", path)).text).toBe(note.xml);
    const other = gzipSync(note.xml.replace("<nNF>", "<nNF>9").slice(0, note.xml.length));
    const set = "update originals set gzip = ?1";
    const codeOf = async (at = path) => {
      const { status, body, text } = await service.send("GET", at);
      expect(text).not.toContain("<nNF>");
      return [status, body.code];
    };
    await behind(service, set, other);
    expect(await codeOf()).toEqual([500, "original.damaged"]);
    await behind(service, set, other.subarray(0, 50));
    expect(await codeOf()).toEqual([500, "original.damaged"]);
    // Another document with this access key cannot be compared with the damaged original.
    const again = await service.upload(note.xml.replace("</infNFe>", " </infNFe>"));
    expect([again.status, again.body.code]).toEqual([500, "original.damaged"]);
    await behind(service, "delete from originals");
    expect(await codeOf()).toEqual([500, "original.missing"]);
    const unknownKey = syntheticNote({ seed: 2 }).accessKey;
    expect(await codeOf(`/api/nfes/${unknownKey}/xml`)).toEqual([404, "nfe.not_found"]);
  }));

test("a queued document whose bytes were changed is rejected in its job", () =>
  withApp(
    async (service) => {
      const job = await enqueueBatch(service, [xmlFile("a.xml", note.xml)], "&approve=true");
      await behind(service, "update originals set gzip = ?1", gzipSync("<x/>"));
      await runJobs(service.ports);
      const { body } = await service.send("GET", job);
      expect([body.parked, JSON.stringify(body)]).toEqual([
        1,
        expect.stringContaining("original.damaged"),
      ]);
      expect(await service.rows("select * from notes")).toEqual([]);
    },
    { config: { JOB_ATTEMPTS: 1 } },
  ));

test("a changed or truncated export file is not served", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const { body: order } = await service.send("POST", "/api/exports", {
      json: { type: "movements" },
    });
    await runJobs(service.ports);
    const file = `/api/exports/${order.id}/file`;
    expect((await service.send("GET", file)).status).toBe(200);
    const folder = join(service.ports.config.DATA_DIR, "blobs", "exports", "1", order.id);
    const [name = ""] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    for (const damaged of [
      bytes.with(10, 0x30),
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 20),
    ]) {
      await writeFile(join(folder, name), damaged);
      for (const range of ["bytes=0-", "bytes=0-9"]) {
        const answer = await service.send("GET", file, { headers: { range } });
        expect([answer.status, answer.body.code]).toEqual([500, "file.damaged"]);
      }
    }
  }));
