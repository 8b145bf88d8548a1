import { v7 } from "uuid";

/** A new identity, ordered by time (UUID v7), so that indexes over it grow at their end. */
export const newId = (): string => v7();
