import { expect, test } from "bun:test";
import { Glob } from "bun";
import { FEED_EVENT_TYPES } from "../../src/journal/feed-events.ts";
import { withApp } from "../support/app.ts";

test("every event that a statement writes by hand has its type among those of the feed", async () => {
  const named: string[] = [];
  for (const path of new Glob("src/**/*.ts").scanSync()) {
    const source = await Bun.file(path).text();
    if (!source.includes("insert into events")) continue;
    for (const [, type = ""] of source.matchAll(/'([a-z]+\.[a-z_]+)'/g)) named.push(type);
  }
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const type of named) expect(FEED_EVENT_TYPES).toContain(type);
});

test("the contract names every type of event", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    expect(body.components.schemas.Event.properties.type.enum).toEqual([...FEED_EVENT_TYPES]);
  }));
