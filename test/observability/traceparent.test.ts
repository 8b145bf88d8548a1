import { expect, test } from "bun:test";
import fc from "fast-check";
import { noopTracer } from "../../src/observability/no-op.ts";
import { formatTraceparent, parseTraceparent } from "../../src/observability/traceparent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const GIVEN = `00-${TRACE}-${SPAN}-01`;

const digits = (n: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: n, maxLength: n })
    .filter((all) => all.some((one) => one > 0))
    .map((all) => all.map((one) => one.toString(16)).join(""));

test("a traceparent is parsed to what was formatted", () =>
  fc.assert(
    fc.property(digits(32), digits(16), fc.boolean(), (trace, span, sampled) => {
      expect(parseTraceparent(formatTraceparent({ trace, span, sampled }))).toEqual({
        trace,
        span,
        sampled,
      });
    }),
    { seed: 20261123, numRuns: 200 },
  ));

test("a malformed traceparent is ignored", () => {
  for (const header of [
    "",
    "00",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    ` ${GIVEN}`,
    `${GIVEN}\n`,
    `00-${TRACE}${SPAN}-01`,
  ])
    expect([header, parseTraceparent(header)]).toEqual([header, null]);
  expect(parseTraceparent(null)).toBeNull();
});

test("a traceparent of a later version may have more fields, and unknown flags are ignored", () => {
  const place = { trace: TRACE, span: SPAN, sampled: true };
  expect(parseTraceparent(`01-${TRACE}-${SPAN}-01-more`)).toEqual(place);
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)).toEqual(place);
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)).toEqual({ ...place, sampled: false });
});

test("a trace without a collector keeps its id, with a new span that is not recorded", async () => {
  const { trace, end } = noopTracer.begin("x", "server", GIVEN);
  end("x", {}, null);
  expect(trace).toMatchObject({ id: TRACE, recorded: false });
  expect(trace.parent).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-00$`));
  expect(await trace.span("step", async () => 1)).toBe(1);
  const begun = Array.from({ length: 100 }, () => noopTracer.begin("x", "server", null).trace);
  expect(new Set(begun.map(({ id }) => id)).size).toBe(100);
  for (const { parent } of begun) expect(parseTraceparent(parent)).not.toBeNull();
});
