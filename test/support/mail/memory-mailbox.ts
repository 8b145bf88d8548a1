import PostalMime from "postal-mime";
import type { Mailbox, MailboxAccess, Mailboxes } from "../../../src/ports/mailbox.ts";

interface Kept {
  readonly id: number;
  readonly raw: Uint8Array<ArrayBuffer>;
  /** What the server says of its size. */
  readonly bytes: number;
  seen: boolean;
}

/** A mailbox in memory that is as strict as a server: one command at a time, and what is fetched stays unseen. */
export function memoryMailbox() {
  const kept: Kept[] = [];
  const fetched: number[] = [];
  const visits: { access: MailboxAccess; how: "look" | "take" }[] = [];
  let busy: string | null = null;
  const alone = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    if (busy !== null) throw new Error(`${name} while ${busy} is on its way`);
    busy = name;
    // A server is never as quick as the next line.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return await work();
    } finally {
      busy = null;
    }
  };
  const mailbox: Mailbox = {
    unseen: (subject, most) =>
      alone("search", async () => {
        const found = [];
        for (const { id, raw, bytes, seen } of kept) {
          if (seen) continue;
          const { from, messageId, subject: said } = await new PostalMime().parse(raw);
          if (!(said ?? "").toLowerCase().includes(subject.toLowerCase())) continue;
          found.push({ id, bytes, sender: from?.address ?? null, messageId: messageId ?? null });
        }
        return found.slice(0, most);
      }),
    raw: (id, most) =>
      alone("fetch", () => {
        fetched.push(id);
        return kept.find((one) => one.id === id)?.raw.slice(0, most) ?? null;
      }),
    markSeen: (id) =>
      alone("store", () => {
        for (const one of kept) if (one.id === id) one.seen = true;
      }),
  };
  const mailboxes: Mailboxes = {
    visit(access, how, work, signal) {
      signal?.throwIfAborted();
      visits.push({ access, how });
      return work(mailbox);
    },
  };
  return {
    mailbox,
    mailboxes,
    visits,
    /** Which mails were fetched whole, in order. */
    fetched,
    put(raw: Uint8Array<ArrayBuffer>, bytes = raw.byteLength): number {
      kept.push({ id: kept.length + 1, raw, bytes, seen: false });
      return kept.length;
    },
    seen: () => kept.filter(({ seen }) => seen).map(({ id }) => id),
  };
}
