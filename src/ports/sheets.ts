/** The JSON of a page of rows (export/pages.ts), and what it becomes: lines of a CSV. */
export interface SheetQuestion {
  /** The sheet as a text, which only the code of exports reads; the same text is the same sheet. */
  readonly sheet: string;
  /** How many values the key of a row has. */
  readonly width: number;
  /** Where it has its buffer alone, that is taken over: afterwards the slice is empty. */
  readonly slice: Uint8Array<ArrayBuffer>;
}

/** The lines of a page as UTF-8, and how many rows they show. */
export interface SheetLines {
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Formats pages of exports in a thread. Fails with PlatformFailure `overloaded` where too many wait, or the thread ends. */
export interface SheetThread {
  lines(question: SheetQuestion, signal?: AbortSignal): Promise<SheetLines>;
}
