import { expect, test } from "bun:test";
import fc from "fast-check";
import { divideHalfUp } from "../../../src/lib/decimal.ts";
import { mulDiv } from "../../../src/stock/posting/mul-div.ts";
import { FULL } from "../../support/full.ts";
import { testPorts } from "../../support/ports.ts";

const MOST = 2 ** 53 - 1;
const number = (min: number) =>
  fc.oneof(
    fc.integer({ min, max: MOST }),
    fc.integer({ min, max: 1_000 }),
    fc.constantFrom(1, 2, 3, 511, 512, 513, 2 ** 31, 2 ** 32 + 1, 2 ** 45 - 1, MOST - 1, MOST),
  );

test("SQL's a·b/d is half up and exact also where the product passes 64 bits, and no integer where the result does", async () => {
  const ports = await testPorts();
  const sql = `select o.value ->> 'n' as n, cast(x as text) as got, typeof(x) as type from (
    select value, ${mulDiv("(select value ->> 0 as a, value ->> 1 as b, value ->> 2 as d)")} as x from json_each(?1)) as o`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(number(0), number(0), number(1)), { minLength: 200, maxLength: 200 }),
      async (triples) => {
        const rows = await ports.reader.rows({ sql, args: [JSON.stringify(triples)] });
        for (const [i, [a, b, d]] of triples.entries()) {
          const right = divideHalfUp(BigInt(a) * BigInt(b), BigInt(d));
          const { got, type } = rows[i] ?? {};
          if (right < 2n ** 63n) expect([a, b, d, got]).toEqual([a, b, d, String(right)]);
          else expect([a, b, d, type]).toEqual([a, b, d, "real"]);
        }
      },
    ),
    { seed: 20261128, numRuns: FULL ? 1_000 : 20 },
  );
  await ports.close();
});
