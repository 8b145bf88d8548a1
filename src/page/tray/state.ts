import { computed, signal } from "@preact/signals";

/** What became of a document, in the order in which a person wants to know. */
export const KINDS = [
  "refused",
  "parked",
  "held",
  "known",
  "ignored",
  "completed",
  "event",
  "ready",
  "stock",
] as const;
export type Kind = (typeof KINDS)[number];

/** One document, or one file that is none. */
export interface Line {
  readonly id: string;
  readonly file: string;
  readonly kind: Kind;
  /** It may be approved: waiting, without a hold. */
  readonly ready: boolean;
  readonly key: string | null;
  /** The word of its badge where its kind alone says too little: the hold. */
  readonly title: string | null;
  readonly message: string;
  /** Why the service gave up, for the support. */
  readonly code: string | null;
  /** The ZIP that it came in; null: a file of its own. */
  readonly zip: string | null;
}

/** One ZIP on its way. `sent` and `bytes`: how much of it has left. */
export interface Zip {
  readonly id: string;
  readonly name: string;
  readonly state: "waiting" | "sending" | "checking" | "done";
  readonly sent: number;
  readonly bytes: number;
  readonly job: string | null;
  /** Documents: as its own directory says, then as the service counts; null: unknown. */
  readonly total: number | null;
  readonly done: number;
  /** The service has given up some of its documents; they may be tried again. */
  readonly parked: number;
  /** Lines that are not shown: a ZIP has up to 10,000. */
  readonly left: number;
}

export const lines = signal<readonly Line[]>([]);
export const zips = signal<readonly Zip[]>([]);
/** Files that are no ZIP: how many were given, and how many have their verdict. */
export const loose = signal({ total: 0, done: 0 });
/** Files are being looked at before they leave. */
export const looking = signal(0);
/** Why nothing leaves at the moment; null: it does. */
export const halted = signal<unknown>(null);
/** Notes that are being approved. */
export const approving = signal<{ readonly done: number; readonly total: number } | null>(null);
/** Whether the lines are shown, or the head alone. */
export const unfolded = signal(true);

let last = 0;
export const newLineId = (): string => {
  last += 1;
  return String(last);
};

export function addLines(more: readonly Line[]): void {
  if (more.length > 0) lines.value = [...lines.value, ...more];
}

export function changeZip(id: string, changed: Partial<Zip>): void {
  zips.value = zips.value.map((one) => (one.id === id ? { ...one, ...changed } : one));
}

/** Whether there is anything to show. */
export const isThere = computed(
  () =>
    lines.value.length > 0 || zips.value.length > 0 || loose.value.total > 0 || looking.value > 0,
);

/** How many documents have their verdict, of how many. */
export const progress = computed(() => {
  const { total, done } = loose.value;
  return zips.value.reduce(
    (sum, zip) => ({
      total: sum.total + Math.max(zip.total ?? 1, zip.done),
      done: sum.done + zip.done,
    }),
    { total, done },
  );
});

export const isBusy = computed(
  () =>
    looking.value > 0 ||
    loose.value.done < loose.value.total ||
    zips.value.some(({ state }) => state !== "done"),
);

/** Files that have not left this browser yet. */
export const stillHere = computed(
  () =>
    loose.value.total -
    loose.value.done +
    zips.value.filter(({ state }) => state === "waiting" || state === "sending").length,
);

/** The lines, what needs a person first, else in the order in which they came. */
export const inOrder = computed(() =>
  KINDS.flatMap((kind) => lines.value.filter((line) => line.kind === kind)),
);

/** Keys of the notes that may be approved now. */
export const readyKeys = computed(() => [
  ...new Set(lines.value.flatMap(({ ready, key }) => (ready && key !== null ? [key] : []))),
]);

/** Empties the tray. What is in work on the service goes on. */
export function emptyTray(): void {
  lines.value = [];
  zips.value = [];
  loose.value = { total: 0, done: 0 };
  halted.value = null;
  unfolded.value = true;
}
