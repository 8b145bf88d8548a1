import type { Note } from "./note.ts";

/** A document that a note refers to: as a whole (NFref, both numbers null), or item by item (DFeReferenciado). */
export interface Reference {
  readonly accessKey: string;
  /** The item of this note, and the item of that document; null: not given. */
  readonly nItem: number | null;
  readonly original: number | null;
}

/**
 * The references of a note: of its items in their order, then of its head. A key of the head that an item names is not given
 * again. Returns name their original per item since 2026-11-16 (NT 2025.002, rules VC02-05 and VC02-14), before it in NFref.
 * A key is as written, and may be invalid.
 */
export function referencesOf(note: Note): Reference[] {
  const byItem = note.items.flatMap(({ nItem, reference }): Reference[] =>
    reference === null
      ? []
      : [{ accessKey: reference.chaveAcesso, nItem, original: reference.nItem }],
  );
  const named = new Set(byItem.map(({ accessKey }) => accessKey));
  const byHead = note.ide.refNFe
    .filter((key) => !named.has(key))
    .map((accessKey): Reference => ({ accessKey, nItem: null, original: null }));
  return [...byItem, ...byHead];
}
