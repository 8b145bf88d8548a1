import { settingsOf } from "../accounts/settings.ts";
import { Failed } from "../lib/result.ts";
import type { Reading } from "../nfe/document.ts";
import type { NfeEvent } from "../nfe/note.ts";
import { hasNumber } from "../nfe/protocol.ts";
import type { Ports } from "../ports.ts";
import { relationOf } from "./complete.ts";
import { cancels, type EventReceipt, isRegistered } from "./events.ts";
import { HOLD_CODES, type Hold, type IngestFailure, type NoteStatus } from "./failures.ts";
import { judge } from "./judge.ts";
import type { KeepOptions, NoteReceipt } from "./receipt.ts";
import { findNote } from "./stored-note.ts";

/** What a rehearsal must know of a note under a key, stored or only foreseen. */
interface Known {
  readonly accessKey: string;
  readonly sha256: string;
  readonly status: NoteStatus;
  readonly hasProtocol: boolean;
}

const CANCELLED: Hold = {
  code: "cancelled",
  message: "O cancelamento desta nota está no mesmo lote: não dê entrada na mercadoria.",
};

/**
 * What one batch would do, document by document, as if those before had been written; writes nothing, not even an audit
 * line. It does not foresee balances: an exit that the stock does not allow is told by the approval.
 */
export class Rehearsal {
  readonly #notes = new Map<string, Known>();
  /** Bytes of what was foreseen, read again where they must be compared. */
  readonly #bytes = new Map<string, () => Promise<Uint8Array<ArrayBuffer> | null>>();
  readonly #cancelled = new Set<string>();

  /**
   * What `takeIn` would answer now. `again` gives the document's bytes once more.
   * Fails with `nfe.duplicate` where the note would be one.
   */
  async note(
    ports: Ports,
    reading: Reading,
    bytes: Uint8Array<ArrayBuffer>,
    options: KeepOptions,
    again: () => Promise<Uint8Array<ArrayBuffer> | null>,
  ): Promise<NoteReceipt> {
    const { company } = options.cause.actor;
    const { accessKey } = reading.note;
    const settings = await settingsOf(ports, company);
    const judged = await judge(ports, reading, bytes, settings, true, options.signal);
    const holds = this.#holdsOf(accessKey, judged.verdict.holds);
    const stored = this.#notes.get(accessKey) ?? (await findNote(ports, company, accessKey));
    if (stored !== null) {
      const relation = await this.#relationOf(ports, bytes, stored, options);
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
    const { sha256 } = options;
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

  /** What `keepEvent` would answer now. */
  async event(
    ports: Pick<Ports, "reader">,
    event: NfeEvent,
    company: number,
    signal?: AbortSignal,
  ): Promise<EventReceipt> {
    const { type, accessKey } = event;
    if (!isRegistered(event)) return { type, accessKey, effect: "none" };
    if (cancels(event)) this.#cancelled.add(accessKey);
    const note = this.#notes.get(accessKey) ?? (await findNote(ports, company, accessKey, signal));
    if (note === null) return { type, accessKey, effect: "waiting" };
    if (!cancels(event) || note.status === "CANCELADA")
      return { type, accessKey, effect: "attached" };
    return { type, accessKey, effect: note.status === "PROCESSADA" ? "held" : "cancelled" };
  }

  #holdsOf(accessKey: string, holds: readonly Hold[]): readonly Hold[] {
    if (!this.#cancelled.has(accessKey) || holds.some(({ code }) => code === "cancelled"))
      return holds;
    return [...holds, CANCELLED].sort(
      (a, b) => HOLD_CODES.indexOf(a.code) - HOLD_CODES.indexOf(b.code),
    );
  }

  async #relationOf(
    ports: Ports,
    bytes: Uint8Array<ArrayBuffer>,
    stored: Known,
    options: KeepOptions,
  ) {
    const foreseen = stored.sha256 === options.sha256 ? undefined : this.#bytes.get(stored.sha256);
    if (foreseen === undefined) return relationOf(ports, bytes, stored, options);
    const kept = await foreseen();
    if (kept === null) return "differs" as const;
    return ports.documents.compare(kept, bytes, stored.accessKey, options.signal);
  }
}
