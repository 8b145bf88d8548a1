import { expect, test } from "bun:test";
import { misfits } from "../../src/platform/homes-fit.ts";
import { FIRST_HOME } from "../../src/ports/homes.ts";

type Given = { here?: number[]; elsewhere?: Record<number, string>; moving?: number[] };
const all = (given: Record<string, Given>) =>
  new Map(
    Object.entries(given).map(([name, { here = [], elsewhere = {}, moving = [] }]) => [
      name,
      {
        here,
        elsewhere: new Map(Object.entries(elsewhere).map(([id, home]) => [Number(id), home])),
        moving: new Set(moving),
      },
    ]),
  );

test("databases fit where each company lives in the one that the directory names", () => {
  const fits = { here: [1], elsewhere: { 2: "norte", 3: "sul" } };
  const norte = { here: [2], elsewhere: { 1: FIRST_HOME } };
  expect(misfits(all({ first: fits, norte, sul: { here: [3] } }))).toEqual([]);
  // Between the switch of the directory and the end of a move a company stands in none, or in two.
  const moving = { ...fits, moving: [2, 3] };
  expect(misfits(all({ first: moving, norte: { here: [3] }, sul: {} }))).toEqual([]);
});

test("databases that do not fit are named with the company, twenty at most", () => {
  const first = { here: [1], elsewhere: { 2: "norte", 3: "sul" } };
  expect(misfits(all({ first, norte: { here: [1, 9] } }))).toEqual([
    "A empresa 2 não está no banco norte, onde o diretório a tem",
    "DATABASE_URLS não tem o banco sul, onde está a empresa 3",
    "A empresa 1 está no banco norte, e o diretório a tem em first",
    "A empresa 9 está no banco norte, e o diretório não a tem",
  ]);
  const many = Array.from({ length: 50 }, (_, n) => n + 10);
  expect(misfits(all({ first: {}, norte: { here: many } }))).toHaveLength(20);
});
