import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { CountDetailSchema } from "../../http/views/count-view.ts";
import { useAddress } from "../base/address.ts";
import { useOld } from "../base/live.ts";
import { Unreachable } from "../base/problem.ts";
import { type Read, useRead } from "../base/read.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import { later } from "../parts/later.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Tabs, View } from "../parts/view.tsx";
import { readCatalogue } from "./catalogue.ts";
import { Counting } from "./counting.tsx";
import { Counts } from "./counts.tsx";
import { asideItems } from "./items.ts";
import { keepCount, keptCounts, STATES, scopeText } from "./known-counts.ts";
import { arrived, mineOf, owner, sendSoon, showLines } from "./queue.ts";
import { Refusal } from "./refusal.tsx";
import { type Count, last } from "./scan.ts";

const Review = later(async () => (await import("./review.tsx")).Review);
const Aside = later(async () => (await import("./aside.tsx")).Aside);

/** Contagem: the counts, or the one of the address. */
export default function CountView() {
  const { param } = useAddress();
  const id = param("contagem");
  const person = owner.value;
  useEffect(() => {
    // Without a network the products of the last time are used.
    if (person !== null) void readCatalogue(person).catch(() => undefined);
  }, [person]);
  return id === "" ? <Counts /> : <OneCount key={id} id={id} />;
}

/** How old the figures of the other devices may be. */
const OTHERS_MS = 20_000;

/** A count with what all devices have sent of it: read again when lines of this one have arrived, and every few seconds. */
function useCount(id: string): Read<z.infer<typeof CountDetailSchema>> {
  const read = useRead<z.infer<typeof CountDetailSchema>>(`/api/counts/${encodeURIComponent(id)}`);
  const times = arrived.value;
  const { again } = read;
  useEffect(() => {
    if (times > 0) again();
  }, [times, again]);
  useEffect(() => {
    // Lines of other devices are no event of the feed.
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && navigator.onLine) again();
    }, OTHERS_MS);
    return () => clearInterval(timer);
  }, [again]);
  useOld(["count."], again);
  return read;
}

/** One count: counting it, its lines without a product, and its review. */
function OneCount({ id }: { id: string }) {
  const { param, with: withParams } = useAddress();
  const read = useCount(id);
  const [known, setKnown] = useState<Count | null>(null);
  const person = owner.value;
  useEffect(() => {
    if (person === null) return;
    last.value = null;
    const here = () =>
      void showLines(mineOf(person, id)).then(
        () => sendSoon(0),
        () => undefined,
      );
    // Another tab may have counted meanwhile.
    const onSeen = () => document.visibilityState === "visible" && here();
    here();
    document.addEventListener("visibilitychange", onSeen);
    keptCounts(person).then(
      (counts) => setKnown(counts.find((one) => one.id === id) ?? null),
      () => undefined,
    );
    return () => document.removeEventListener("visibilitychange", onSeen);
  }, [person, id]);
  useEffect(() => {
    if (read.value !== null && person !== null)
      void keepCount(person, read.value).catch(() => undefined);
  }, [read.value, person]);
  const of = read.value ?? known;
  const away = read.fault instanceof Unreachable && known !== null;
  if (of === null)
    return (
      <View title="Contagem">
        {read.fault === null ? (
          <Skeleton lines={4} />
        ) : (
          <ErrorBar fault={read.fault} again={read.again} />
        )}
        <Back href={withParams({ contagem: "", ver: "", lista: "" })} />
      </View>
    );
  const counts = of.state === "open" && may("operate");
  const reviews = may("manage") || !may("operate") || of.state !== "open";
  const asked = param("ver");
  const shown = asked === "separados" ? asked : asked === "conferencia" && reviews ? asked : "";
  const view = shown === "" && !counts ? "conferencia" : shown;
  const unsolved = toResolve(read.value?.aside ?? 0);
  const tabs = [
    ...(counts ? [{ ver: "", text: "Contar" }] : []),
    {
      ver: "separados",
      text: "A resolver",
      ...(unsolved > 0 ? { count: unsolved, tone: "hold" as const } : {}),
    },
    ...(reviews ? [{ ver: "conferencia", text: "Conferência" }] : []),
  ];
  return (
    <View title={of.name} beside={<Badge {...STATES[of.state]} />}>
      <div class="count-top">
        <Back href={withParams({ contagem: "", ver: "", lista: "" })} />
        <span class="quiet small">{scopeText(of)}</span>
      </div>
      <Refusal of={of} />
      {!away && <ErrorBar fault={read.fault} again={read.again} />}
      <Tabs
        label="Esta contagem"
        tabs={tabs.map(({ ver, ...tab }) => ({
          ...tab,
          href: withParams({ ver, lista: "" }),
          current: view === ver,
        }))}
      />
      {view === "" && <Counting of={of} whole={read.value} />}
      {view === "separados" && <Aside of={of} />}
      {view === "conferencia" && <Review of={of} onEnded={read.again} />}
    </View>
  );
}

/** Lines that wait for a product; those that are still here are not among the service's. */
const toResolve = (there: number): number =>
  there + asideItems.value.reduce((sum, { unsent }) => sum + (unsent ? 1 : 0), 0);

const Back = ({ href }: { href: string }) => (
  <a class="count-back" href={href}>
    <Icon name="undo-2" size={15} /> Todas as contagens
  </a>
);
