import { expect, test } from "bun:test";
import { RecentMap } from "../../src/lib/recent-map.ts";

test("a map of recent entries loses the one that was not used for the longest time", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
  map.set("a", 9);
  map.set("d", 4);
  expect([map.get("a"), map.get("c"), map.get("d")]).toEqual([9, undefined, 4]);
  map.delete("d");
  expect(map.get("d")).toBeUndefined();
});

test("a map of recent entries keeps at most its size, and nothing that is larger alone", () => {
  const map = new RecentMap<string, string>(100, { size: { most: 10, of: (text) => text.length } });
  map.set("a", "12345");
  map.set("b", "12345");
  map.set("c", "1");
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([undefined, "12345", "1"]);
  map.set("b", "12345678901");
  expect(map.get("b")).toBeUndefined();
  map.set("d", "123456789");
  expect([map.get("c"), map.get("d")]).toEqual(["1", "123456789"]);
});

test("a map of recent entries gives none whose time is over", () => {
  let now = 0;
  const map = new RecentMap<string, number>(2, { kept: { ms: 10, now: () => now } });
  map.set("a", 1);
  now = 10;
  expect(map.get("a")).toBe(1);
  now = 11;
  expect(map.get("a")).toBeUndefined();
});
