import { trusted } from "../../lib/cast.ts";
import { type Original, originalFrom } from "../../lib/original.ts";
import { err, Failed, ok, type Result } from "../../lib/result.ts";
import type { Container, Document, Part } from "../../nfe/document.ts";
import type { Ports } from "../../ports/ports.ts";
import { keyHint } from "../upload/key-hint.ts";
import type { LimitCounter } from "../upload/limit-counter.ts";
import { openPart } from "../upload/open-part.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** A document that stands alone: one note, or an event. */
export type SingleDocument = Exclude<Document, Container>;

/** A document of a container with its own bytes; `read`: why it cannot be registered, or what it is. */
export interface OpenedPart {
  readonly original: Original;
  readonly read: Result<SingleDocument, { code: string }>;
}

/** The shown name of a document in a container: `lote.xml#NSU 123`. */
export const partFile = (file: string, part: Part): string => `${file}#${part.name}`;

/**
 * Opens and reads one document of a container. Fails as `openPart`. A container in a container, and several notes in one
 * document of it, are `batch.unreadable_entry`: one document has one result. Throws what the platform fails with.
 */
export async function readPart(
  ports: Pick<Ports, "documents">,
  part: Part,
  counter: LimitCounter,
  signal?: AbortSignal,
): Promise<Result<OpenedPart, IngestFailure>> {
  const bytes = await openPart(part, counter, signal);
  if (!bytes.ok) return bytes;
  const read = await ports.documents.read(bytes.value, signal);
  const original = await originalFrom(bytes.value);
  if (!read.ok) return ok({ original, read });
  const document = read.value;
  if (document.kind === "container" || (document.kind === "notes" && document.notes.length > 1))
    return err({ code: "batch.unreadable_entry", why: "nested_container" });
  return ok({ original, read: ok(document) });
}

/** A document of a container before it is registered. `hint`: the access key that it probably has. */
export interface ListedPart {
  readonly part: Part;
  readonly hint: string | null;
  readonly failure: IngestFailure | null;
}

/**
 * Inflates each document of a container once, to count it and to find its key; the bytes are not kept. One that cannot be
 * opened, or that is over a limit of `counter`, has its failure.
 */
export async function listParts(
  { parts }: Container,
  counter: LimitCounter,
  signal?: AbortSignal,
): Promise<ListedPart[]> {
  const listed: ListedPart[] = [];
  for (const part of parts) {
    signal?.throwIfAborted();
    const bytes = await openPart(part, counter, signal);
    const failure = bytes.ok ? overLimit(part, bytes.value.length, counter) : bytes.error;
    listed.push({ part, failure, hint: bytes.ok ? keyHint(bytes.value) : null });
  }
  return listed;
}

function overLimit(part: Part, size: number, counter: LimitCounter): IngestFailure | null {
  try {
    counter.countDocument(part.kind === "gzip" ? part.bytes.length : size, size);
    return null;
  } catch (error) {
    // LimitCounter throws `batch.too_large` alone.
    if (error instanceof Failed) return trusted<IngestFailure>(error.failure);
    throw error;
  }
}

/** What was read as one document, or the container that it is. */
export const singleOrContainer = <E>(
  read: Result<Document, E>,
): Result<SingleDocument, E> | Container => {
  if (!read.ok) return read;
  return read.value.kind === "container" ? read.value : ok(read.value);
};
