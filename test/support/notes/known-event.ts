import type { KnownEvent } from "../../../src/ingest/verdict/known-event.ts";
import { OURS, SUPPLIER } from "./note-values.ts";

/** An event of the plain sale of note-values.ts by an author who may make it; `changes` replaces members. */
export function knownEvent(changes: Partial<KnownEvent> = {}): KnownEvent {
  const type = changes.type ?? "110111";
  return {
    id: `${type}-${changes.sequence ?? 1}`,
    type,
    sequence: 1,
    content: `${type}-${changes.sequence ?? 1}`,
    sha256: `${type}-${changes.sequence ?? 1}`,
    effect: "waiting",
    at: "2026-09-10T12:00:00-03:00",
    registeredAt: "2026-09-10T12:00:01-03:00",
    author: type.startsWith("21") ? OURS : SUPPLIER,
    protocol: "135260000000009",
    undoes: null,
    quantities: [],
    withdrawn: false,
    ...changes,
  };
}
