import type { z } from "zod";
import type { BatchSchema } from "../../http/views/batch-view.ts";
import { ask, newKey } from "../base/ask.ts";
import type { Given } from "../base/intake.ts";
import { Refused } from "../base/problem.ts";
import { halt, isHalting } from "./halt.ts";
import { UNREADABLE } from "./look.ts";
import { addLines, halted, loose } from "./state.ts";
import { lineOf, localLine } from "./words.ts";

/** Ten documents a request, so that verdicts come while the rest travels; two requests at a time. */
const GROUP_FILES = 10;
const GROUP_BYTES = 8 * 1_048_576;
const AT_ONCE = 2;

interface Group {
  readonly files: readonly Given[];
  /** One for each request, so that one whose answer was lost is not executed again. */
  readonly key: string;
}

const queue: Group[] = [];
let sending = 0;

/** Sends documents in groups; their verdicts become lines. */
export function sendDocuments(files: readonly Given[]): void {
  loose.value = { ...loose.value, total: loose.value.total + files.length };
  let group: Given[] = [];
  let bytes = 0;
  for (const given of files) {
    if (
      group.length === GROUP_FILES ||
      (group.length > 0 && bytes + given.file.size > GROUP_BYTES)
    ) {
      queue.push({ files: group, key: newKey() });
      [group, bytes] = [[], 0];
    }
    group.push(given);
    bytes += given.file.size;
  }
  if (group.length > 0) queue.push({ files: group, key: newKey() });
  sendNext();
}

/** Sends what waits, as far as two requests at a time allow. */
export function sendNext(): void {
  while (sending < AT_ONCE && halted.value === null) {
    const group = queue.shift();
    if (group === undefined) return;
    sending += 1;
    void send(group).finally(() => {
      sending -= 1;
      sendNext();
    });
  }
}

/** What waits is not sent; what is on its way gets its answer. */
export function dropDocuments(): void {
  const many = queue.reduce((sum, { files }) => sum + files.length, 0);
  queue.length = 0;
  loose.value = { ...loose.value, total: loose.value.total - many };
}

async function send(group: Group): Promise<void> {
  const form = new FormData();
  const readable: Given[] = [];
  for (const given of group.files) {
    // Read before it is sent: a file that was moved would look like a network that is gone.
    const bytes = await given.file.arrayBuffer().catch(() => null);
    if (bytes === null) answered([localLine(given.name, "refused", UNREADABLE)], 1);
    else {
      readable.push(given);
      form.append("files", new Blob([bytes], { type: "application/xml" }), given.name);
    }
  }
  if (readable.length === 0) return;
  try {
    const { results } = await ask<z.infer<typeof BatchSchema>>("/api/nfe/batch", {
      method: "POST",
      body: form,
      key: group.key,
    });
    answered(
      results.map((line) => lineOf(line)),
      readable.length,
    );
  } catch (fault) {
    if (fault instanceof Refused && !isHalting(fault)) refused(readable, fault);
    else {
      queue.unshift({ files: readable, key: group.key });
      halt(fault);
    }
  }
}

const answered = (lines: Parameters<typeof addLines>[0], files: number): void => {
  addLines(lines);
  loose.value = { ...loose.value, done: loose.value.done + files };
};

/** A refused request: alone, each file shows whether it was its own fault. */
function refused(files: readonly Given[], fault: Refused): void {
  const [first, ...others] = files;
  if (first === undefined) return;
  if (others.length > 0 && fault.status !== 403)
    return void queue.unshift(...files.map((given) => ({ files: [given], key: newKey() })));
  answered(
    files.map(({ name }) => localLine(name, "refused", fault.message)),
    files.length,
  );
}
