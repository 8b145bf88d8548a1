import { expect, test } from "bun:test";
import { shares } from "../../src/lib/shares.ts";

const [ana, bia] = [
  { company: 1, person: "user:1:1" },
  { company: 1, person: "user:1:2" },
];
const other = { company: 2, person: "user:2:1" };

test("a person, a company and everybody take so much and no more, and the bound in the way is named", () => {
  const all = shares({ person: 2, company: 3, all: 4 });
  expect(all.part(ana).add(3)).toBe("person");
  expect(all.part(ana).add(2)).toBeNull();
  expect(all.part(ana).add(1)).toBe("person");
  expect(all.part(bia).add(2)).toBe("company");
  expect(all.part(bia).add(1)).toBeNull();
  expect(all.part(other).add(2)).toBe("all");
  expect(all.part(null).add(1)).toBeNull();
  expect(all.part(other).add(1)).toBe("all");
  expect(all.taken).toBe(4);
});

test("what is given back is there again, once, and what was refused was never taken", () => {
  const all = shares({ person: 4, company: 9, all: 10 });
  const [mine, hers] = [all.part(ana), all.part(bia)];
  expect([mine.add(1), mine.add(2), mine.add(2)]).toEqual([null, null, "person"]);
  expect(hers.add(7)).toBe("company");
  mine.giveBack();
  mine.giveBack();
  expect(all.taken).toBe(0);
  expect(hers.add(4)).toBeNull();
  hers.giveBack();
  expect([mine.add(4), all.taken]).toEqual([null, 4]);
});
