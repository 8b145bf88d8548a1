import { expect, test } from "bun:test";
import { quota } from "../../src/lib/quota.ts";

const [ana, bia] = [
  { company: 1, person: "user:1:1" },
  { company: 1, person: "user:1:2" },
];
const other = { company: 2, person: "user:2:1" };

test("a holder, a company and all have a limit each; a refusal names the limit", () => {
  const all = quota({ person: 2, company: 3, all: 4 });
  expect(all.open(ana).add(3)).toBe("person");
  expect(all.open(ana).add(2)).toBeNull();
  expect(all.open(ana).add(1)).toBe("person");
  expect(all.open(bia).add(2)).toBe("company");
  expect(all.open(bia).add(1)).toBeNull();
  expect(all.open(other).add(2)).toBe("all");
  expect(all.open(null).add(1)).toBeNull();
  expect(all.open(other).add(1)).toBe("all");
  expect(all.used).toBe(4);
});

test("a released reservation is free again, once", () => {
  const all = quota({ person: 4, company: 9, all: 10 });
  const [mine, hers] = [all.open(ana), all.open(bia)];
  expect([mine.add(1), mine.add(2), mine.add(2)]).toEqual([null, null, "person"]);
  expect(hers.add(7)).toBe("company");
  mine.release();
  mine.release();
  expect(all.used).toBe(0);
  expect(hers.add(4)).toBeNull();
  hers.release();
  expect([mine.add(4), all.used]).toEqual([null, 4]);
});
