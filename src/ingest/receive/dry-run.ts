import { settingsOf } from "../../accounts/settings.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Original } from "../../lib/original.ts";
import { Failed } from "../../lib/result.ts";
import { hasNumber } from "../../nfe/protocol.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  type EventReceipt,
  prepareEvent,
  reasonToDiscount,
  receiptOfSameEvent,
} from "../event/register-event.ts";
import type { FlowOptions, RegisterOptions } from "../note/flow-options.ts";
import { judge } from "../note/judge.ts";
import type { NoteReceipt, ReceivedEvent, ReceivedNote } from "../note/receipt.ts";
import { signatureCheck } from "../note/signature-check.ts";
import { findNote } from "../note/stored-note.ts";
import { effectOf } from "../verdict/event-standing.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { compareWithStored } from "./complete.ts";

/** What a rehearsal must know of a note under a key, stored or only foreseen. */
interface Known {
  readonly accessKey: string;
  readonly sha256: string;
  readonly status: NoteStatus;
  readonly hasProtocol: boolean;
}

/**
 * What one batch would do, document by document, as if those before had been written; writes nothing, not even an audit
 * line. It does not foresee balances: an exit that the stock does not allow is told by the approval.
 */
export class DryRun {
  readonly #notes = new Map<string, Known>();
  /** Bytes of what was foreseen, read again where they must be compared. */
  readonly #bytes = new Map<string, () => Promise<Uint8Array<ArrayBuffer> | null>>();
  /** Events that were foreseen, by key. */
  readonly #events = new Map<string, KnownEvent[]>();

  /**
   * What `registerAndApprove` would answer now. `again` gives the document's bytes once more.
   * Fails with `nfe.duplicate` where the note would be one.
   */
  async note(
    ports: Ports,
    { reading, original }: ReceivedNote,
    options: RegisterOptions,
    again: () => Promise<Uint8Array<ArrayBuffer> | null>,
  ): Promise<NoteReceipt> {
    const { company } = options.cause.actor;
    const { accessKey } = reading.note;
    const settings = await settingsOf(ports, company);
    const foreseen = this.#events.get(accessKey) ?? [];
    const judged = await judge(ports, reading, settings, {
      checkSignature: signatureCheck(ports, reading.note, original),
      readDatabase: true,
      changeEvents: (events) => [...events, ...foreseen],
      signal: options.signal,
    });
    const { holds } = judged.verdict;
    const stored = this.#notes.get(accessKey) ?? (await findNote(ports, company, accessKey));
    if (stored !== null) {
      const relation = await this.#compare(ports, original, stored, options);
      if (relation !== "completes" || stored.hasProtocol)
        throw new Failed<IngestFailure>({
          code: "nfe.duplicate",
          access_key: accessKey,
          status: stored.status,
          differs: relation === "differs",
        });
    }
    const approved = (options.approve ?? settings.autoApprove) && holds.length === 0;
    const waits = stored === null || stored.status === "PENDENTE";
    const status = !waits ? stored.status : approved ? "PROCESSADA" : "PENDENTE";
    const { sha256 } = original;
    const hasProtocol = hasNumber(reading.note.protocol);
    this.#notes.set(accessKey, { accessKey, sha256, status, hasProtocol });
    this.#bytes.set(sha256, again);
    return {
      accessKey,
      totalItems: judged.items.length,
      status,
      direction: judged.verdict.direction,
      holds,
      findings: judged.findings,
      completed: stored !== null,
    };
  }

  /** What `registerEvent` would answer now. Fails as it does. */
  async event(ports: Ports, received: ReceivedEvent, options: FlowOptions): Promise<EventReceipt> {
    const { type, accessKey } = received.event;
    const settings = await settingsOf(ports, options.cause.actor.company);
    const why = await reasonToDiscount(ports, received, settings);
    if (why !== null) return { type, accessKey, effect: "none", why };
    const look = await prepareEvent(ports, received, settings, options.signal);
    const foreseen = this.#events.get(accessKey) ?? [];
    const before = receiptOfSameEvent(
      { events: [...look.known.events, ...foreseen] },
      look.mine,
      accessKey,
    );
    if (before !== null) return before;
    const note = this.#notes.get(accessKey) ?? look.note;
    const effect = effectOf(look.mine, note?.status ?? null, look.judged?.parties ?? null);
    if (effect === "none") return { type, accessKey, effect, why: "other_author" };
    this.#events.set(accessKey, [...foreseen, { ...look.mine, effect }]);
    return { type, accessKey, effect };
  }

  async #compare(ports: Ports, sent: Original, stored: Known, options: FlowOptions) {
    const foreseen = stored.sha256 === sent.sha256 ? undefined : this.#bytes.get(stored.sha256);
    if (foreseen === undefined) return compareWithStored(ports, sent, stored, options);
    const kept = await foreseen();
    if (kept === null) return "differs" as const;
    return ports.documents.compare(kept, sent.bytes, stored.accessKey, options.signal);
  }
}
