import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useOld } from "../base/live.ts";
import { isSettled, type Read, useRead } from "../base/read.ts";
import { moment, name } from "../base/say.ts";
import { companyName } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";
import type { Composition, Day, Stats } from "./answers.ts";
import { Ages, Categories, Expiring, Movements, Valuable } from "./charts.tsx";
import { Head } from "./head.tsx";
import { CostRises, NeedsYou, useHeldNotes } from "./lists.tsx";

/** Everything that moves goods or changes a note, a product, a mailbox or a webhook. */
const OLD = [
  "nfe.",
  "movement.",
  "stock.",
  "product.",
  "products.",
  "count.",
  "mail",
  "webhook.",
  "sefaz.",
];

/** Painel: what the owner looks at, on a phone first. Every figure leads to its list. */
export default function PanelView() {
  const stats = useRead<Stats>("/api/dashboard/stats?by=issued");
  const days = useRead<readonly Day[]>("/api/dashboard/evolution?by=issued");
  const stock = useRead<Composition>("/api/dashboard/stock");
  const all: readonly Read<unknown>[] = [stats, days, stock];
  useOld(OLD, () => {
    for (const one of all) one.again();
  });
  const failed = all.filter(({ fault }) => fault !== null);
  const held = useHeldNotes(stats.value);
  const [printedAt, setPrintedAt] = useState(Date.now);
  useEffect(() => {
    const now = () => setPrintedAt(Date.now());
    addEventListener("beforeprint", now);
    return () => removeEventListener("beforeprint", now);
  }, []);
  return (
    <View
      title="Painel"
      beside={
        <>
          <span class="quiet panel-company">{name(companyName.value)}</span>
          <span class="quiet panel-printed">Impresso em {moment(printedAt)}</span>
          <Button icon="printer" onClick={() => print()}>
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
        <Head stats={stats.value} />
        <div class="panel-grid">
          <Column
            cards={[
              {
                settled: isSettled(days) && isSettled(stats),
                card: days.value !== null && <Movements days={days.value} stats={stats.value} />,
              },
              {
                settled: isSettled(stock),
                card: stock.value !== null && (
                  <>
                    <Valuable stock={stock.value} />
                    <Categories stock={stock.value} />
                  </>
                ),
              },
            ]}
          />
          <Column
            first
            cards={[
              {
                settled: isSettled(stats) && held.settled,
                card: stats.value !== null && (
                  <>
                    <NeedsYou stats={stats.value} notes={held.notes} />
                    <CostRises stats={stats.value} />
                  </>
                ),
              },
              {
                settled: isSettled(stock),
                card: stock.value !== null && (
                  <>
                    <Expiring stock={stock.value} />
                    <Ages stock={stock.value} stats={stats.value} />
                  </>
                ),
              },
            ]}
          />
        </div>
      </div>
    </View>
  );
}

/**
 * Cards from above down to the first that is still being read: how high it will be is not known, and what stood below it would move.
 * Of what failed nothing is shown, for the bar says so. `first`: on a phone its first card stands above the other column.
 */
function Column(props: {
  first?: boolean;
  cards: readonly { readonly settled: boolean; readonly card: ComponentChildren }[];
}) {
  const { cards } = props;
  const most = useRef(0);
  const unread = cards.findIndex(({ settled }) => !settled);
  // What was shown stays while something of it is read for the first time.
  const many = Math.max(most.current, unread < 0 ? cards.length : unread);
  most.current = many;
  return (
    <div class="panel-column">
      {cards.map(({ card }, at) => at < many && card)}
      {many < cards.length && (
        <div
          // A new place for each: one that moved down would be a shift too.
          key={many}
          class={`panel-place${props.first === true && many === 0 ? " panel-first" : ""}`}
        >
          <Skeleton lines={1} height="360px" />
        </div>
      )}
    </div>
  );
}
