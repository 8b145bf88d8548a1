import { trusted } from "./cast.ts";

declare const POSITION: unique symbol;
declare const N_ITEM: unique symbol;

/** Place of an item in its note, from 1 in the order of the XML. It tells one item from all others. */
export type Position = number & { readonly [POSITION]: true };

/** The number that a note gives an item (`det/@nItem`). It may repeat; people and the wire know items by it. */
export type NItem = number & { readonly [N_ITEM]: true };

/** The position of an item that was just read or comes from a row. */
export const positionFrom = (value: number): Position => trusted(value);

/** An item number that was just read, was sent, or comes from a row. */
export const nItemFrom = (value: number): NItem => trusted(value);
