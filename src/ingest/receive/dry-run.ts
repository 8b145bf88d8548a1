import { settingsOf } from "../../accounts/settings/settings.ts";
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
import { judge } from "../judge/judge.ts";
import { signatureCheck } from "../judge/signature-check.ts";
import type { FlowOptions, RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt, ReceivedEvent, ReceivedNote } from "../note/receipt.ts";
import { findNote, isCancelled, statusWith } from "../note/stored-note.ts";
import { effectOf } from "../verdict/event-standing.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { compareWithStored } from "./complete.ts";

/** A note under a key, stored or registered earlier in this dry run. */
interface SimulatedNote {
  readonly accessKey: string;
  readonly sha256: string;
  readonly status: NoteStatus;
  readonly hasProtocol: boolean;
}

/**
 * What one batch would do, document by document, as if those before had been written. Writes nothing, not even an audit
 * line. Balances are not simulated: an exit that the stock does not allow fails only at the approval.
 */
export class DryRun {
  readonly #notes = new Map<string, SimulatedNote>();
  /** Reads the bytes of a simulated note again, by SHA-256, where they must be compared. */
  readonly #bytes = new Map<string, () => Promise<Uint8Array<ArrayBuffer> | null>>();
  /** Simulated events, by key. */
  readonly #events = new Map<string, KnownEvent[]>();

  /**
   * The receipt that `registerAndApprove` would return. `again` reads the document's bytes again.
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
    const simulated = this.#events.get(accessKey) ?? [];
    const judged = await judge(ports, reading, settings, {
      checkSignature: signatureCheck(ports, reading.note, original),
      readDatabase: true,
      changeEvents: (events) => [...events, ...simulated],
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
    const before = stored?.status ?? "PENDENTE";
    // A protocol or an event that cancels a posted note takes it back.
    const settled = before === "PROCESSADA" && isCancelled(holds) ? "CANCELADA" : before;
    const status = before === "PENDENTE" && approved ? "PROCESSADA" : statusWith(settled, holds);
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

  /** The receipt that `registerEvent` would return. Fails as it does. */
  async event(ports: Ports, received: ReceivedEvent, options: FlowOptions): Promise<EventReceipt> {
    const { type, accessKey } = received.event;
    const settings = await settingsOf(ports, options.cause.actor.company);
    const why = await reasonToDiscount(ports, received, settings);
    if (why !== null) return { type, accessKey, effect: "none", why };
    const prepared = await prepareEvent(ports, received, settings, options);
    const simulated = this.#events.get(accessKey) ?? [];
    const before = receiptOfSameEvent(
      { events: [...prepared.known.events, ...simulated] },
      prepared.incoming,
      accessKey,
    );
    if (before !== null) return before;
    const note = this.#notes.get(accessKey) ?? prepared.note;
    const effect = effectOf(prepared.incoming, note !== null, prepared.judged?.parties ?? null);
    if (effect === "none") return { type, accessKey, effect, why: "other_author" };
    this.#events.set(accessKey, [...simulated, { ...prepared.incoming, effect }]);
    if (note !== null && effect === "cancelled" && note.status !== "DESCARTADA")
      this.#notes.set(accessKey, { ...note, status: "CANCELADA" });
    return { type, accessKey, effect };
  }

  async #compare(ports: Ports, sent: Original, stored: SimulatedNote, options: FlowOptions) {
    const simulated = stored.sha256 === sent.sha256 ? undefined : this.#bytes.get(stored.sha256);
    if (simulated === undefined) return compareWithStored(ports, sent, stored, options);
    const kept = await simulated();
    if (kept === null) return "differs" as const;
    return ports.documents.compare(kept, sent.bytes, stored.accessKey, options.signal);
  }
}
