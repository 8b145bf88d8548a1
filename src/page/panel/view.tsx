import { useOld } from "../base/live.ts";
import { type Read, useRead } from "../base/read.ts";
import { name } from "../base/say.ts";
import { companyName } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";
import type { Composition, Counts, Day, Stats } from "./answers.ts";
import { Ages, Categories, Expiring, Movements, Valuable } from "./charts.tsx";
import { Head } from "./head.tsx";
import { CostRises, NeedsYou } from "./lists.tsx";

/** Everything that moves goods or changes a note, a product, a mailbox or a webhook. */
const OLD = ["nfe.", "movement.", "stock.", "product.", "products.", "count.", "mail", "webhook."];

/** Painel: what the owner looks at, on a phone first. Every figure leads to its list. */
export default function PanelView() {
  const stats = useRead<Stats>("/api/dashboard/stats?by=issued");
  const counts = useRead<Counts>("/api/nfes/counts");
  const days = useRead<readonly Day[]>("/api/dashboard/evolution?by=issued");
  const stock = useRead<Composition>("/api/dashboard/stock");
  const all: readonly Read<unknown>[] = [stats, counts, days, stock];
  useOld(OLD, () => {
    for (const one of all) one.again();
  });
  const failed = all.filter(({ fault }) => fault !== null);
  const known = stats.value !== null && counts.value !== null;
  return (
    <View
      title="Painel"
      beside={
        <>
          <span class="quiet panel-company">{name(companyName.value)}</span>
          <Button icon="printer" kind="plain" onClick={() => print()}>
            Imprimir
          </Button>
        </>
      }
    >
      <div class="panel">
        <ErrorBar
          fault={failed[0]?.fault ?? null}
          again={() => {
            for (const one of failed) one.again();
          }}
        />
        <Head stats={stats.value} counts={counts.value} />
        <div class="panel-grid">
          <div class="panel-column">
            {days.value === null ? (
              <Place of={days} height="360px" />
            ) : (
              <Movements days={days.value} stats={stats.value} />
            )}
            {stock.value === null ? (
              <Place of={stock} height="330px" />
            ) : (
              <>
                <Valuable stock={stock.value} />
                <Categories stock={stock.value} />
              </>
            )}
          </div>
          <div class="panel-column">
            {known ? (
              <NeedsYou counts={counts.value} stats={stats.value} />
            ) : (
              <Place of={stats.value === null ? stats : counts} height="360px" />
            )}
            {stats.value !== null && <CostRises stats={stats.value} />}
            {stock.value !== null && (
              <>
                <Expiring stock={stock.value} />
                <Ages stock={stock.value} stats={stats.value} />
              </>
            )}
          </div>
        </div>
      </div>
    </View>
  );
}

/** The place of a card that is being read; nothing where it failed, for the bar says so. */
const Place = ({ of, height }: { of: Read<unknown>; height: string }) =>
  of.fault === null ? <Skeleton lines={1} height={height} /> : null;
