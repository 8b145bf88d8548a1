import { audit, bumpTags } from "../../journal/record.ts";
import type { Tag } from "../../journal/versions.ts";
import { parameters } from "../../lib/parameters.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement, Value } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { type TakenLot, takenLots } from "../../stock/lots/keep-lots.ts";
import { appendMovedActivating, postedByNote } from "../../stock/posting/append-moved.ts";
import { type LateCost, postLateCost } from "../../stock/posting/late-cost.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { invalidatedTags, post } from "../../stock/posting/posting.ts";
import {
  assumedFactors,
  factorsAsAssumed,
  nothingBelowZero,
} from "../../stock/posting/posting-guards.ts";
import { exitsAsRead, linkReturns } from "../../stock/posting/returned-exits.ts";
import { costJson } from "../cost/stored-cost.ts";
import { rejudgeAwaiting } from "../judge/rejudge-waiting.ts";
import { hasExits, POSTING_GUARD } from "../note/registration-sql.ts";
import { saveRounded } from "../note/rounded.ts";
import { noneUndone } from "../note/undone-originals.ts";
import type { Finding } from "../note/written-verdict.ts";
import { beforeCountFindings, saveBeforeCount } from "./before-count.ts";
import { exitsAtOnce } from "./change-event-exits.ts";
import { sharesOf } from "./complement.ts";
import { lotFindings, saveLotFindings } from "./lot-findings.ts";
import { appendLowStockOfNote } from "./low-stock.ts";
import {
  insufficientStock,
  negativeBalanceFindings,
  saveNegativeBalance,
} from "./negative-balance-finding.ts";
import { saveUnitDiffers, unitDiffersFindings } from "./other-units.ts";
import { type ApprovalPlan, planApproval } from "./plan.ts";
import { WITHOUT_POSTING_FINDINGS } from "./posting-findings.ts";
import { type ApprovalOptions, type Proposal, propose } from "./proposal.ts";
import { returnedMore, saveReturnedMore } from "./returned-more.ts";

export interface Approval {
  readonly accessKey: string;
  readonly items: number;
  readonly alreadyProcessed: boolean;
  readonly findings: readonly Finding[];
  /** What its exits took of lots. */
  readonly lots: readonly TakenLot[];
}

/**
 * Posts a registered note: products, supplier items, movements, balances, costs, status, feed and audit in one batch.
 * Idempotent, also for concurrent requests: a second one returns `alreadyProcessed`.
 * Fails with `nfe.not_found`, `nfe.held`, `nfe.final`, `nfe.correction`, `nfe.override_denied`, `nfe.unreadable`,
 * `stock.insufficient`, `stock.out_of_range`.
 */
export async function approve(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<Approval> {
  return optimistic(async () => {
    const proposal = await propose(ports, accessKey, options);
    if (proposal.kind === "done")
      return {
        accessKey,
        items: proposal.note.totalItems,
        alreadyProcessed: true,
        findings: [],
        lots: [],
      };
    const made = await commitApproval(ports, proposal, options);
    if (made !== null) {
      ports.meter.count("nfe_processed_total", {});
      const { company } = proposal.posting;
      // What is registered with its approval is left to maintenance: an upload does not look for those that await it.
      if (proposal.note.direction === "entry" || proposal.note.status === "ESTORNADA")
        await rejudgeAwaiting(ports, company, accessKey, options.signal);
      return { accessKey, items: proposal.items.length, alreadyProcessed: false, ...made };
    }
    await failIfInsufficient(ports, proposal, options.signal);
    return CHANGED;
  });
}

/** What an approval would do, with the balances before and after. Writes nothing. Fails as `propose`. */
export async function dryRunApproval(
  ports: Ports,
  accessKey: string,
  options: ApprovalOptions,
): Promise<ApprovalPlan> {
  const proposal = await propose(ports, accessKey, options);
  if (proposal.kind === "done")
    return { accessKey: accessKey, alreadyProcessed: true, items: [], lots: [], costs: [] };
  const { posting, items, effects, eventExits, complement } = proposal;
  const plan = await planApproval(ports, posting, items, effects, eventExits, options.signal);
  return { ...plan, costs: complement?.items ?? [] };
}

/** The findings of the approval and the lots it took, or null where the guards of the batch refused it. */
async function commitApproval(
  ports: Ports,
  proposal: Proposal,
  options: ApprovalOptions,
): Promise<Pick<Approval, "findings" | "lots"> | null> {
  const { note, posting, eventExits, returned } = proposal;
  const guard = { sql: POSTING_GUARD, args: [posting.company, posting.id, posting.reference] };
  const processed = {
    type: "nfe.processed",
    payload: {
      access_key: note.accessKey,
      direction: note.direction,
      number: note.number,
      supplier: note.supplierName,
    },
  } as const;
  const statements: Statement[] = [
    assignPosting(proposal),
    ...correctItems(proposal),
    ...post(posting),
    ...postLateCost(lateCostOf(proposal)),
    ...linkReturns(posting, returned?.links ?? []),
    ...saveReturnedMore(posting, returned?.excess ?? []),
    ...saveRounded(posting, proposal.rounded),
    ...(posting.entries.length > 0 ? [saveBeforeCount(posting)] : []),
    ...saveUnitDiffers(posting, proposal.settings.units),
    ...saveLotFindings(posting),
    ...(hasExits(posting) ? [saveNegativeBalance(posting)] : []),
    ...appendMovedActivating(posting.at, processed, postedByNote(posting), guard, {
      risePercent: proposal.settings.costRisePercent,
      bumps: invalidatedTags(posting).includes("products"),
    }),
    ...(hasExits(posting) ? [appendLowStockOfNote(posting)] : []),
    ...exitsAtOnce(posting, eventExits, options.cause),
    bumpTags(posting.company, ["nfes", ...tagsOf(proposal)], guard),
    audit(
      options.cause,
      posting.at,
      {
        action: "nfe.process",
        entity: "nfe",
        id: note.accessKey,
        detail: {
          posting: posting.id,
          entries: posting.entries.length,
          override: options.corrections.override,
          corrected: options.corrections.items.map((item) => item.nItem),
        },
      },
      guard,
    ),
    ...(options.along?.(guard) ?? []),
  ];
  const read = (rows: readonly Row[][]) =>
    rows[0] === undefined || rows[0].length === 0
      ? null
      : {
          findings: [
            ...findingsOf(rows.flat()),
            ...returnedMore(returned?.excess ?? []),
            ...proposal.rounded,
          ],
          lots: takenLots(rows.flat()),
        };
  return ports.writer.commit({ statements, read }, options.signal).catch((error) => {
    throw stockFailureFrom(error, posting.entries[0]?.code ?? "");
  });
}

const findingsOf = (rows: readonly Row[]): Finding[] => [
  ...negativeBalanceFindings(rows),
  ...beforeCountFindings(rows),
  ...unitDiffersFindings(rows),
  ...lotFindings(rows),
];

/** The costs of a complementary note, as a part of its posting; of any other note there are none. */
function lateCostOf({ posting, complement }: Proposal): LateCost {
  const shares = complement === null ? [] : sharesOf(complement);
  return { ...posting, shares, reason: null };
}

const tagsOf = ({ posting, complement }: Proposal): Tag[] => [
  ...new Set<Tag>([
    ...invalidatedTags(posting),
    ...(complement === null ? [] : (["stock"] as const)),
  ]),
];

/** The statement that assigns the posting to the note; of concurrent approvals only one succeeds. */
function assignPosting({
  note,
  posting,
  settings,
  complement,
  returned,
  originals,
}: Proposal): Statement {
  const guarded = hasExits(posting) && !settings.allowNegative;
  const { args, add } = parameters<Value>([
    posting.company,
    posting.id,
    posting.reference,
    posting.at,
    posting.userId,
    note.verdictVersion,
    settings.version,
    posting.supplier,
    assumedFactors(posting.lines),
  ]);
  const below = guarded
    ? `and ${nothingBelowZero("?1", "?8", add(JSON.stringify(posting.entries)), add(posting.ownCodes ? 1 : 0))}`
    : "";
  const open = returned === null ? "" : `and ${exitsAsRead(add(JSON.stringify(returned.read)))}`;
  const standing =
    complement === null ? "" : `and ${originalsStand(add(JSON.stringify(complement.originals)))}`;
  const undone =
    originals.length === 0
      ? ""
      : `and ${noneUndone(add(JSON.stringify(originals)), add(note.direction))}`;
  return {
    sql: `update notes set status = 'PROCESSADA', posting = ?2, processed_at = ?4, processed_by = ?5, updated_at = ?4,
        findings = ${WITHOUT_POSTING_FINDINGS}
      where company = ?1 and access_key = ?3 and status in ('PENDENTE', 'ESTORNADA') and verdict_version = ?6
        and exists (select 1 from companies where id = ?1 and settings_version = ?7)
        and ${factorsAsAssumed("?1", "?8", "?9")}
        ${below} ${standing} ${open} ${undone}
      returning id`,
    args,
  };
}

/** Condition that holds while each note that a complement refers to (JSON) is in stock by the posting it was read with. */
const originalsStand = (originals: string): string => `not exists (
    select 1 from json_each(${originals}) o left join notes n on n.company = ?1 and n.access_key = o.value ->> 'key'
      and n.status = 'PROCESSADA' and n.posting = o.value ->> 'posting'
    where n.id is null)`;

/** Stores effect, destination and cost of the items that the user has corrected. */
function correctItems({ note, corrected, posting, settings }: Proposal): Statement[] {
  if (corrected.length === 0) return [];
  const { company, id, reference } = posting;
  const items = corrected.map((item) => ({
    n: item.position,
    effect: item.effect,
    destination: item.destination,
    landed_e2: item.landed_e2,
    cost: costJson(item, settings),
  }));
  return [
    {
      sql: `update note_items set effect = e.value ->> 'effect', destination = e.value ->> 'destination',
          landed_e2 = e.value ->> 'landed_e2', cost = e.value ->> 'cost' from json_each(?5) e
        where company = ?1 and note = ?4 and position = e.value ->> 'n' and exists (${POSTING_GUARD})`,
      args: [company, id, reference, note.id, JSON.stringify(items)],
    },
  ];
}

/** Fails with `stock.insufficient` where the balance refused the batch: another attempt would be refused too. */
async function failIfInsufficient(
  ports: Ports,
  { posting, settings }: Proposal,
  signal?: AbortSignal,
): Promise<void> {
  if (settings.allowNegative || !hasExits(posting)) return;
  const failure = await insufficientStock(ports, posting, signal);
  if (failure !== null) throw new Failed(failure);
}
