import { describe, expect, test } from "bun:test";
import { applyCorrections, NEVER_OVERRIDABLE } from "../../../src/ingest/verdict/corrections.ts";
import { HOLD_CODES, type HoldCode } from "../../../src/ingest/verdict/failures.ts";
import type { Direction, Effect } from "../../../src/ingest/verdict/verdict.ts";
import { nItemFrom, positionFrom } from "../../../src/lib/item-number.ts";
import { company } from "../../support/notes/note-values.ts";

const stored = (holds: HoldCode[], effects: Effect[], direction: Direction = "entry") => ({
  holds: holds.map((code) => ({ code, message: "Algo foi visto." })),
  direction,
  items: effects.map((effect, i) => ({
    position: positionFrom(i + 1),
    nItem: nItemFrom(10 * (i + 1)),
    effect,
  })),
});
const said = (override: HoldCode[], effects: [number, Exclude<Effect, "ask">][] = []) => ({
  override,
  effects: new Map(effects.map(([n, effect]) => [positionFrom(n), effect])),
});

describe("corrections of a verdict", () => {
  test("empty corrections leave holds and effects as they are", () => {
    const result = applyCorrections(
      stored(["no_protocol"], ["entry", "none"]),
      company(),
      said([]),
    );
    expect<unknown>(result).toEqual({
      ok: true,
      value: {
        effects: new Map([
          [1, "entry"],
          [2, "none"],
        ]),
        holdsLeft: [{ code: "no_protocol", message: "Algo foi visto." }],
      },
    });
  });

  test("a hold that the company allows to lift is lifted", () => {
    const result = applyCorrections(
      stored(["no_protocol", "retail"], ["entry"]),
      company(),
      said(["no_protocol"]),
    );
    expect<unknown>(result).toMatchObject({ ok: true, value: { holdsLeft: [{ code: "retail" }] } });
  });

  test("holds of NEVER_OVERRIDABLE are never lifted, even where the settings name them", () => {
    const lenient = company({ overridableHolds: [...HOLD_CODES] });
    for (const code of HOLD_CODES) {
      const result = applyCorrections(
        stored([code], ["entry"]),
        lenient,
        said([code], [[1, "entry"]]),
      );
      expect(result.ok).toBe(!NEVER_OVERRIDABLE.includes(code));
    }
    expect([...NEVER_OVERRIDABLE].sort()).toEqual([
      "awaits_original",
      "cancelled",
      "homologation",
      "key_mismatch",
      "not_authorised",
      "protocol_mismatch",
      "rounds_to_zero",
    ]);
  });

  test("a hold that the company does not allow to lift is denied, even where the note lacks it", () => {
    expect(
      applyCorrections(
        stored(["retail"], ["entry"]),
        company(),
        said(["retail", "cancelled", "retail", "no_protocol"]),
      ),
    ).toEqual({
      ok: false,
      error: { code: "nfe.override_denied", holds: ["retail", "cancelled"] },
    });
  });

  test("lifting unknown_operation needs an effect for each item that asks", () => {
    const asking = stored(["unknown_operation"], ["ask", "entry", "ask"]);
    const short = applyCorrections(asking, company(), said(["unknown_operation"], [[1, "none"]]));
    expect(short).toMatchObject({
      ok: false,
      error: { code: "missing_effects", items: [30] },
    });
    const whole = applyCorrections(
      asking,
      company(),
      said(
        ["unknown_operation"],
        [
          [1, "none"],
          [3, "exit"],
        ],
      ),
    );
    expect<unknown>(whole).toEqual({
      ok: true,
      value: {
        effects: new Map([
          [1, "none"],
          [2, "entry"],
          [3, "exit"],
        ]),
        holdsLeft: [],
      },
    });
  });

  test("an effect without the override answers the item and leaves the hold", () => {
    const result = applyCorrections(
      stored(["unknown_operation"], ["ask"]),
      company(),
      said([], [[1, "entry"]]),
    );
    expect<unknown>(result).toMatchObject({
      ok: true,
      value: { effects: new Map([[1, "entry"]]), holdsLeft: [{ code: "unknown_operation" }] },
    });
  });

  test("lifting not_ours needs an effect for every item", () => {
    const lenient = company({ overridableHolds: ["not_ours"] });
    const strange = stored(["not_ours"], ["none", "none"], "none");
    expect(applyCorrections(strange, lenient, said(["not_ours"], [[1, "entry"]]))).toMatchObject({
      ok: false,
      error: { code: "missing_effects" },
    });
    expect(
      applyCorrections(
        strange,
        lenient,
        said(
          ["not_ours"],
          [
            [1, "entry"],
            [2, "none"],
          ],
        ),
      ),
    ).toMatchObject({
      ok: true,
      value: {
        effects: new Map([
          [1, "entry"],
          [2, "none"],
        ]),
        holdsLeft: [],
      },
    });
  });
});
