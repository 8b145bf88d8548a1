import { expect, test } from "bun:test";
import { VIEWS } from "../../src/web/page.ts";

/** Where a person is not inside yet. */
const OUTSIDE = ["/entrar", "/convite"];

/** Its types are the page's, with JSX: it is read as text. */
const source = await Bun.file(`${import.meta.dir}/../../src/page/places.ts`).text();
const every = (member: string): string[] =>
  [...source.matchAll(new RegExp(`^    ${member}: "(.+)",$`, "gm"))].map(([, value = ""]) => value);

test("the service answers with the document at each place of the page, and at no address that the page does not know", () => {
  expect(VIEWS.map((view) => `/${view}`).sort()).toEqual([...OUTSIDE, ...every("path")].sort());
});

test("each place of the page has an address, a key and a folder of its own", () => {
  const count = every("path").length;
  expect(count).toBeGreaterThan(0);
  for (const member of ["path", "letter", "folder"])
    expect([member, new Set(every(member)).size]).toEqual([member, count]);
});
