import type { UserCause } from "../../accounts/actor.ts";
import { registerEvent } from "../../ingest/event/register-event.ts";
import { originalFrom } from "../../lib/original.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ClaimedStatement } from "./claim-statement.ts";
import { writeEntered } from "./write-outcome.ts";

/**
 * Gives the proof of a statement to its note, as an event that came; again, it changes nothing. `proof`: the SHA-256 of its original.
 * Rejects as `registerEvent`.
 */
export async function enterProof(
  ports: Ports,
  { company, id, askedBy: userId }: Pick<ClaimedStatement, "company" | "id" | "askedBy">,
  proof: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await ports.originals.get(company, proof);
  const read = bytes === null ? null : await ports.documents.read(bytes, signal);
  if (bytes !== null && read?.ok === true && read.value.kind === "event") {
    const cause: UserCause = {
      actor: { company, userId, role: "GERENTE" },
      requestId: `sefaz-${id}`,
      peer: null,
    };
    const received = { event: read.value.event, original: await originalFrom(bytes) };
    try {
      await registerEvent(ports, received, { cause, signal });
    } catch (error) {
      // The same statement came by another way, with the answer written otherwise: the note has it.
      const differs = error instanceof Failed && error.failure.code === "nfe.event_differs";
      if (!differs) throw error;
    }
  } else ports.log("error", "sefaz.proof_unreadable", { company, statement: id });
  await writeEntered(ports, company, id);
}
