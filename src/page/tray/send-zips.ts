import type { z } from "zod";
import type { JobMadeSchema } from "../../http/views/job-view.ts";
import { ask, newKey } from "../base/ask.ts";
import type { Given } from "../base/intake.ts";
import { Refused } from "../base/problem.ts";
import { keepJob } from "../base/sent-jobs.ts";
import { me } from "../base/session.ts";
import { halt, isHalting } from "./halt.ts";
import { watch } from "./jobs.ts";
import { entriesOf, UNREADABLE } from "./look.ts";
import { addLines, changeZip, halted, newLineId, zips } from "./state.ts";
import { localLine } from "./words.ts";

interface Waiting {
  readonly id: string;
  readonly given: Given;
  readonly key: string;
}
const queue: Waiting[] = [];
let sending = false;

/** Sends ZIPs, one after the other; each becomes a job of the service, which goes on when the tab is closed. */
export function sendZips(files: readonly Given[]): void {
  for (const given of files) {
    const id = newLineId();
    queue.push({ id, given, key: newKey() });
    const zip = { id, name: given.name, bytes: given.file.size, job: null, total: null };
    zips.value = [
      ...zips.value,
      { ...zip, state: "waiting", sent: 0, done: 0, parked: 0, left: 0 },
    ];
    void entriesOf(given.file).then((total) => changeZip(id, { total }));
  }
  sendNextZip();
}

export function sendNextZip(): void {
  if (sending || halted.value !== null) return;
  const next = queue.shift();
  if (next === undefined) return;
  sending = true;
  void send(next).finally(() => {
    sending = false;
    sendNextZip();
  });
}

/** What waits is not sent; what is on its way gets its answer. */
export function dropZips(): void {
  const dropped = new Set(queue.map(({ id }) => id));
  queue.length = 0;
  zips.value = zips.value.filter(({ id }) => !dropped.has(id));
}

async function send(waiting: Waiting): Promise<void> {
  const { id, given, key } = waiting;
  const unanswered = (message: string) => {
    addLines([localLine(given.name, "refused", message)]);
    zips.value = zips.value.filter((zip) => zip.id !== id);
  };
  changeZip(id, { state: "sending", sent: 0 });
  // A file that was moved would look like a network that is gone.
  const first = await given.file
    .slice(0, 4)
    .arrayBuffer()
    .catch(() => null);
  if (first === null) return unanswered(UNREADABLE);
  try {
    const { job_id } = await ask<z.infer<typeof JobMadeSchema>>("/api/nfe/batch?async=true", {
      method: "POST",
      body: given.file,
      headers: { "content-type": "application/zip" },
      key,
      onSent: (sent) => changeZip(id, { sent }),
    });
    const company = me.peek()?.company.id;
    if (company !== undefined) keepJob({ company, job: job_id, name: given.name, approved: [] });
    changeZip(id, { state: "checking", job: job_id, sent: given.file.size });
    watch();
  } catch (fault) {
    if (fault instanceof Refused && !isHalting(fault)) return unanswered(fault.message);
    queue.unshift(waiting);
    changeZip(id, { state: "waiting", sent: 0 });
    halt(fault);
  }
}
