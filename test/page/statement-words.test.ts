import { expect, test } from "bun:test";
import { offeredAfter } from "../../src/page/notes/statement-words.ts";

type Made = Parameters<typeof offeredAfter>[0][number];

const made = (...of: readonly [Made["type"], Made["state"]][]): Made[] =>
  of
    .map(
      ([type, state], i): Made => ({
        id: String(i),
        access_key: "",
        cnpj: "",
        environment: "production",
        type,
        sequence: 1,
        reason: null,
        state,
        next_at: null,
        code: null,
        text: null,
        protocol: null,
        registered_at: null,
        proven: false,
        by_rule: false,
        asked_at: "",
        ended_at: null,
      }),
    )
    .toReversed();

test("a clerk is offered ciência alone, once, and again after a refusal", () => {
  expect(offeredAfter([], false)).toEqual(["210210"]);
  expect(offeredAfter(made(["210210", "asked"]), false)).toEqual([]);
  expect(offeredAfter(made(["210210", "refused"]), false)).toEqual(["210210"]);
});

test("a manager is offered each conclusive statement twice at most, and a confirmation not as the last one again", () => {
  expect(offeredAfter([], true)).toEqual(["210200", "210240", "210220", "210210"]);
  expect(offeredAfter(made(["210200", "done"]), true)).toEqual(["210240", "210220"]);
  const turned = made(["210200", "done"], ["210240", "done"], ["210200", "done"]);
  expect(offeredAfter(turned, true)).toEqual(["210240", "210220"]);
  const over = made(["210240", "done"], ["210200", "done"], ["210240", "done"]);
  expect(offeredAfter(over, true)).toEqual(["210200", "210220"]);
});
