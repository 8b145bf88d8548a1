import type { Ports } from "../../ports/ports.ts";
import type { NoteReceipt } from "../note/receipt.ts";
import { findNote } from "../note/stored-note.ts";

/**
 * The receipt of a note that an earlier request has registered or completed, as the note is now; null: it is not there. What its
 * exits took of lots is in the findings and movements of the note alone.
 */
export async function storedReceipt(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  completed: boolean,
): Promise<NoteReceipt | null> {
  const note = await findNote(ports, company, accessKey);
  if (note === null) return null;
  const { totalItems, status, direction, holds, findings } = note;
  return { accessKey, totalItems, status, direction, holds, findings, completed, apart: true };
}
