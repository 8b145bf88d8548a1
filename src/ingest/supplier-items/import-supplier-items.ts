import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { ImportError, SupplierItemFailure } from "../../stock/failures.ts";
import {
  countMappings,
  type GivenMapping,
  givenMappings,
  PRODUCT_HEADING,
  saveMappings,
  unknownProducts,
} from "../../stock/supplier-items/imported-mappings.ts";
import { rejudgeSuppliers } from "../judge/rejudge.ts";
import { unitsAreThose, type WantedMapping, wantedItem } from "./map-supplier-item.ts";

/** Most lines of one import. */
export const IMPORT_LINES = 5_000;
/** Most errors that an answer names. */
const NAMED = 200;

/** A mapping as a line has it. */
export interface ImportedLine extends WantedMapping {
  readonly line: number;
}

/** What was read of a file: its mappings, and what could not be read. */
export interface ReadLines {
  readonly lines: readonly ImportedLine[];
  readonly errors: readonly ImportError[];
}

/** How many mappings a file has, and what it does to the stored ones. */
export interface ImportOutcome {
  readonly lines: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

const NOTHING: ImportOutcome = { lines: 0, created: 0, changed: 0, unchanged: 0 };

/**
 * Saves the mappings of a file, all in one batch or none, and judges the notes again that wait for one; a mapping that is stored
 * already stays as it is. With `dryRun` it only says what it would do. Postings made before stay as they are.
 * Fails with `import.invalid_lines`, which names each line that cannot be saved.
 */
export async function importSupplierItems(
  ports: Ports,
  read: ReadLines,
  cause: UserCause,
  { dryRun, signal }: { dryRun: boolean; signal?: AbortSignal | undefined },
): Promise<ImportOutcome> {
  const { company } = cause.actor;
  if (read.lines.length + read.errors.length === 0) return NOTHING;
  const outcome = await optimistic(async () => {
    const settings = await settingsOf(ports, company);
    const items = read.lines.map((line) => {
      const item = wantedItem(line, settings.units);
      return { ...item, line: line.line, spelled: item.spelling === line.spelling };
    });
    const missing = await unknownProducts(ports, company, items, signal);
    failIfInvalid([...read.errors, ...repeated(items), ...missing.flatMap(unknownProduct(items))]);
    const given = givenMappings(company, unitsAreThose(company, settings.version), items);
    if (dryRun) return outcomeOf(await ports.reader.rows(countMappings(given), signal), items);
    const at = ports.clock.now();
    const detail = { lines: items.length };
    return ports.writer.commit(
      {
        statements: [
          countMappings(given),
          ...saveMappings(given, at),
          // The statement before it raises the tag of the cache where a mapping was saved.
          audit(
            cause,
            at,
            { action: "supplier_item.import", entity: "supplier_item", id: null, detail },
            { sql: "select 1 where changes() > 0", args: [] },
          ),
        ],
        read: ([counted = []]) => outcomeOf(counted, items),
      },
      signal,
    );
  });
  if (!dryRun && outcome.created + outcome.changed > 0)
    await rejudgeSuppliers(
      ports,
      company,
      [...new Set(read.lines.map(({ supplier }) => supplier))],
      null,
    );
  return outcome;
}

/** What the statement has counted; CHANGED where units or products have changed since they were read. */
function outcomeOf(
  [row]: readonly Row[],
  items: readonly unknown[],
): ImportOutcome | typeof CHANGED {
  const [lines, created, changed] = [row?.lines, row?.created, row?.changed].map(Number);
  if (lines !== items.length || created === undefined || changed === undefined) return CHANGED;
  return { lines, created, changed, unchanged: lines - created - changed };
}

type Item = GivenMapping & { readonly line: number };

/** The lines that say again what an earlier one says of a supplier's code and unit. */
function repeated(items: readonly Item[]): ImportError[] {
  const seen = new Map<string, number>();
  return items.flatMap(({ supplier, code, unit, line }): ImportError[] => {
    const key = JSON.stringify([supplier, code, unit]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, line);
    return first === undefined
      ? []
      : [{ line, column: null, code: "repeated", value: String(first) }];
  });
}

const unknownProduct =
  (items: readonly Item[]) =>
  (place: number): ImportError[] => {
    const item = items[place];
    return item === undefined
      ? []
      : [
          {
            line: item.line,
            column: PRODUCT_HEADING,
            code: "product_not_found",
            value: item.product,
          },
        ];
  };

function failIfInvalid(errors: readonly ImportError[]): void {
  if (errors.length === 0) return;
  const first = errors.toSorted((a, b) => a.line - b.line).slice(0, NAMED);
  throw new Failed<SupplierItemFailure>({
    code: "import.invalid_lines",
    count: errors.length,
    errors: first,
  });
}
