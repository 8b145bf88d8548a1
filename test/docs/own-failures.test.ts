import { expect, test } from "bun:test";
import { again, PROBLEM_CODES } from "../../src/http/contract-codes.ts";
import { problemResponses } from "../../src/http/contract-statuses.ts";
import { STATUS_OF } from "../../src/http/failure-status.ts";
import { OWN_FAILURES } from "../../src/http/own-failures.ts";
import { withApp } from "../support/app.ts";
import { ownFailuresModule } from "./own-failures.ts";

test("the failures of each route in the contract are those of the page", async () => {
  const written = await Bun.file("src/http/own-failures.ts").text();
  const plain = (text: string) => text.replaceAll(/[\s,]+/g, " ");
  // `bun test/docs/own-failures.ts` writes it.
  expect(plain(written)).toBe(plain(await ownFailuresModule()));
});

test("an operation's statuses include those of its own failures", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    const statuses: Readonly<Record<string, number>> = STATUS_OF;
    for (const [route, codes] of Object.entries(OWN_FAILURES)) {
      const [method = "", path = ""] = route.split(" ");
      const { responses } = body.paths[path][method.toLowerCase()];
      for (const code of codes)
        if (code in statuses)
          expect([route, code, String(statuses[code]) in responses]).toEqual([route, code, true]);
    }
  }));

test("every status of a failure has a response in the contract", () => {
  const named = Object.keys(problemResponses());
  for (const status of Object.values(STATUS_OF)) expect(named).toContain(`Problem${status}`);
});

test("a code may be sent again after a wait only where nothing was executed", () => {
  const of = (wanted: string) => PROBLEM_CODES.filter((code) => again(code) === wanted);
  expect(of("look").toSorted()).toEqual(["deadline", "storage.unknown"]);
  expect(of("wait")).toContain("overloaded");
  expect(of("wait")).not.toContain("storage.full");
  expect(again("nfe.held")).toBe("mend");
  expect(again("internal")).toBe("no");
});
