import type { Ports } from "../ports/ports.ts";
import type { Row } from "../ports/sql.ts";
import { CHAINED, canonicalLine, chainHash, NO_HASH } from "./audit-chain.ts";
import { auditHead } from "./chain-audit.ts";

const SLICE = 500;

/** Where a chain is broken: the first line, by its place, that is not as it was chained. */
export interface BrokenChain {
  readonly seq: number;
  /**
   * changed: its text or hash is another. missing: removed, or moved. unchained: added, or its hash was taken away.
   * head: the head names another line than the last chained one. known: its hash is not the one that was noted elsewhere.
   */
  readonly kind: "changed" | "missing" | "unchained" | "head" | "known";
}

/** A place of the chain and its hash, as noted outside of the database: in a backup's manifest, an export, a feed. */
export interface KnownHead {
  readonly seq: number;
  readonly hash: string;
}

/** A chain that was read to its end, or to where it is broken: lines that are as they were chained, and those that wait. */
export interface CheckedChain {
  readonly chained: number;
  readonly waiting: number;
  readonly broken: BrokenChain | null;
}

/**
 * Reads the audit lines of a company in their order and computes the chain again, in slices, without writing: names the first line
 * that was changed, removed, added or moved after it was chained. `known`: heads that the chain must pass. Calls `step` for each line.
 */
export async function verifyAudit(
  ports: Pick<Ports, "reader">,
  company: number,
  known: readonly KnownHead[] = [],
  step: () => void = () => undefined,
): Promise<CheckedChain> {
  // The head first: what is chained while this reads stands after it.
  const head = await auditHead(ports, company);
  const noted = new Map(known.map(({ seq, hash }) => [seq, hash]));
  let [seq, hash, last, waiting, farthest] = [0, NO_HASH, 0, 0, 0];
  const end = (kind: BrokenChain["kind"] | null, at = seq + 1): CheckedChain => ({
    chained: seq,
    waiting,
    broken: kind === null ? null : { seq: at, kind },
  });
  for (let after = 0, full = true; full; ) {
    const lines = await slice(ports, company, after);
    full = lines.length === SLICE;
    for (const line of lines) {
      after = Number(line.id);
      step();
      if (after > head.line) {
        waiting += 1;
        farthest = Math.max(farthest, Number(line.seq ?? 0));
        continue;
      }
      if (line.hash === null) return end("unchained");
      if (line.seq !== seq + 1) return end("missing");
      hash = await chainHash(hash, canonicalLine(company, seq + 1, line));
      if (hash !== line.hash) return end("changed");
      if ((noted.get(seq + 1) ?? hash) !== hash) return end("known");
      seq += 1;
      last = after;
    }
  }
  if (seq !== head.seq || hash !== head.hash || last !== head.line) return end("head");
  if (farthest > (await auditHead(ports, company)).seq) return end("head");
  const beyond = known.map((one) => one.seq).filter((place) => place > seq);
  return beyond.length === 0 ? end(null) : end("known", Math.min(...beyond));
}

const slice = ({ reader }: Pick<Ports, "reader">, company: number, after: number): Promise<Row[]> =>
  reader.rows({
    sql: `select id, seq, hash, ${CHAINED} from audit where company = ?1 and id > ?2 order by id limit ${SLICE}`,
    args: [company, after],
  });
