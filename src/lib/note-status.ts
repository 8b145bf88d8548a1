/** The states of a note that is registered, in the order of its life; the wire, the database and the metrics say them so. */
export const NOTE_STATUSES = [
  "PENDENTE",
  "PROCESSADA",
  "ESTORNADA",
  "CANCELADA",
  "DESCARTADA",
] as const;
export type NoteStatus = (typeof NOTE_STATUSES)[number];
