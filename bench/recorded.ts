import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { registerAndApprove } from "../src/ingest/receive/register-and-approve.ts";
import { trusted } from "../src/lib/cast.ts";
import { originalFrom } from "../src/lib/original.ts";
import { compareDocuments } from "../src/nfe/read/compare.ts";
import { readDocument } from "../src/nfe/read/read.ts";
import { bunPorts } from "../src/platform/bun/ports.ts";
import type { Ports } from "../src/ports/ports.ts";
import type { WriteJob } from "../src/ports/sql.ts";
import { readPackedAnswer } from "../src/sefaz/wire/distribution.ts";
import { createFirstAccess } from "../src/start/first-access.ts";
import type { SyntheticNote } from "../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../src/synthetic/trade.ts";
import { ADMIN } from "./server.ts";

/** What the service writes for some notes, and the database that it is written into. */
export interface Recorded {
  readonly jobs: readonly WriteJob<unknown>[];
  /** The file before those notes, with the tables, the company, and the notes that were there. */
  readonly before: string;
  /** The file after them. */
  readonly after: string;
}

const CAUSE = {
  actor: { company: 1, userId: 1, role: "ADMIN" },
  requestId: "bench",
  peer: null,
} as const;

/** Registers and approves notes in this process, `known` first; what it commits for `notes` is kept. `folder`: an empty one. */
export async function recordNotes(
  folder: string,
  known: readonly SyntheticNote[],
  notes: readonly SyntheticNote[],
): Promise<Recorded> {
  const after = join(folder, "sge.db");
  const before = join(folder, "before.db");
  const config = parseConfig({
    DATABASE_URL: `file:${after}`,
    DATA_DIR: folder,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    COMPANY_CNPJ: COMPANY.cnpj,
    LOG_LEVEL: "error",
  });
  const jobs: WriteJob<unknown>[] = [];
  const through = async (work: (ports: Ports) => Promise<void>) => {
    const ports = await bunPorts(config, { readDocument, compareDocuments, readPackedAnswer });
    await work(ports);
    await ports.close();
  };
  await through(async (ports) => {
    await createFirstAccess(ports, { printFile: () => undefined });
    await registered(ports, known);
  });
  await copyFile(after, before);
  await through((ports) =>
    registered(
      {
        ...ports,
        writer: {
          commit(job, signal) {
            jobs.push(job);
            return ports.writer.commit(job, signal);
          },
        },
      },
      notes,
    ),
  );
  return { jobs, before, after };
}

async function registered(ports: Ports, notes: readonly SyntheticNote[]): Promise<void> {
  const encoder = new TextEncoder();
  for (const { xml } of notes) {
    const original = await originalFrom(trusted<Uint8Array<ArrayBuffer>>(encoder.encode(xml)));
    const read = await ports.documents.read(original.bytes);
    const reading = read.ok && read.value.kind === "notes" ? read.value.notes[0] : undefined;
    if (reading?.ok !== true) throw new Error("a synthetic note cannot be read");
    const { status } = await registerAndApprove(
      ports,
      { reading: reading.value, original },
      { cause: CAUSE, approve: true },
    );
    if (status !== "PROCESSADA") throw new Error(`a synthetic note is ${status}`);
  }
}
