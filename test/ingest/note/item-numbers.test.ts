import { expect, test } from "bun:test";
import { itemParts } from "../../../src/ingest/note/lines.ts";
import {
  type NItem,
  nItemFrom,
  type Position,
  positionFrom,
} from "../../../src/lib/item-number.ts";

test("an item's number cannot be used as its position, nor its position as its number", () => {
  const [position, nItem] = [positionFrom(2), nItemFrom(20)];
  // @ts-expect-error: the compiler refuses a number of the XML where a position is wanted.
  const wrongPosition: Position = nItem;
  // @ts-expect-error: the compiler refuses a position where a number of the XML is wanted.
  const wrongNumber: NItem = position;
  expect([Number(wrongPosition), Number(wrongNumber)]).toEqual([20, 2]);
});

test("the parts of origin_ref name items by nItem, and by position too where the number repeats", () => {
  const item = (position: number, nItem: number) => ({
    position: positionFrom(position),
    nItem: nItemFrom(nItem),
  });
  const parts = itemParts([item(1, 10), item(2, 20), item(3, 20)]);
  expect([...parts.values()]).toEqual(["10", "20.2", "20.3"]);
});
