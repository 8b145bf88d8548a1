import { expect, test } from "bun:test";
import { Glob } from "bun";
import { FEED_EVENT_TYPES } from "../../src/journal/feed-events.ts";
import { withApp } from "../support/app.ts";

const sources = async (text: string): Promise<{ path: string; source: string }[]> => {
  const found = [];
  for (const path of new Glob("src/**/*.ts").scanSync()) {
    const source = await Bun.file(path).text();
    if (source.includes(text)) found.push({ path, source });
  }
  return found;
};

test("journal alone inserts into the table of events", async () => {
  const paths = (await sources("insert into events")).map(({ path }) => path);
  expect(paths.toSorted()).toEqual([
    "src/journal/append-selected-events.ts",
    "src/journal/record.ts",
  ]);
});

test("a query that selects events names only types of the feed", async () => {
  const named: string[] = [];
  for (const { source } of await sources("appendSelectedEvents"))
    for (const [, type = ""] of source.matchAll(/'([a-z]+\.[a-z_]+)'/g)) named.push(type);
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const type of named) expect(FEED_EVENT_TYPES).toContain(type);
});

test("the contract names every type of event", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    expect(Object.keys(body.components.schemas.Event.discriminator.mapping)).toEqual([
      ...FEED_EVENT_TYPES,
    ]);
  }));
