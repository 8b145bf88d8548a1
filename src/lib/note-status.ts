/** The states of a registered note, in the order of its life; the same words on the wire, in the database and in metrics. */
export const NOTE_STATUSES = [
  "PENDENTE",
  "PROCESSADA",
  "ESTORNADA",
  "CANCELADA",
  "DESCARTADA",
] as const;
export type NoteStatus = (typeof NOTE_STATUSES)[number];
