import { useEffect, useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { useOld } from "../base/live.ts";
import { usePages } from "../base/pages.ts";
import { Unreachable } from "../base/problem.ts";
import { count as many, moment } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";
import { keepCounts, keptCounts, STATES, scopeText } from "./known-counts.ts";
import { NewCount } from "./new-count.tsx";
import { owner, waiting } from "./queue.ts";
import type { Count } from "./scan.ts";

/** The counts of the company: the open ones first, then those that ended. Without a network those that this browser has seen. */
export function Counts() {
  const { with: withParams, set } = useAddress();
  const { rows, first, hasMore, busy, fault, readMore, again } = usePages<Count>("/api/counts");
  const [known, setKnown] = useState<readonly Count[] | null>(null);
  const [starting, setStarting] = useState(false);
  const person = owner.value;
  useOld(["count."], again);
  useEffect(() => {
    if (person !== null) void keptCounts(person).then(setKnown, () => setKnown([]));
  }, [person]);
  useEffect(() => {
    if (first !== null && person !== null) void keepCounts(person, rows).catch(() => undefined);
  }, [first, person]);
  const away = fault instanceof Unreachable;
  const shown = first !== null ? rows : away ? (known ?? []) : [];
  const open = shown.filter(({ state }) => state === "open" || state === "closing");
  const ended = shown.filter(({ state }) => state === "closed" || state === "cancelled");
  return (
    <View
      title="Contagem"
      beside={
        may("manage") && (
          <Button
            kind="main"
            icon="plus"
            disabled={away}
            {...(away ? { title: "Começar uma contagem precisa de internet" } : {})}
            onClick={() => setStarting(true)}
          >
            Nova contagem
          </Button>
        )
      }
    >
      {!away && <ErrorBar fault={fault} again={again} />}
      {away && known !== null && shown.length === 0 && (
        <Empty icon="wifi-off" title="Nenhuma contagem salva neste aparelho.">
          Abra uma contagem com internet uma vez; depois ela funciona também sem.
        </Empty>
      )}
      {first === null && fault === null && <Skeleton lines={4} />}
      {first !== null && rows.length === 0 && (
        <Empty icon="scan-barcode" title="Nenhuma contagem ainda.">
          {may("manage")
            ? "Comece com “Nova contagem”: tudo, uma categoria ou um local. Várias pessoas podem contar ao mesmo tempo, e a loja pode continuar vendendo."
            : "O gerente começa uma contagem, e ela aparece aqui."}
        </Empty>
      )}
      {open.length > 0 && (
        <section>
          <h2 class="count-group">Abertas</h2>
          <ul class="count-cards" aria-label="Contagens abertas">
            {open.map((one) => (
              <li key={one.id} class="card">
                <CountLink one={one} href={withParams({ contagem: one.id })} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {ended.length > 0 && (
        <section>
          <h2 class="count-group">Encerradas</h2>
          <ul class="count-cards" aria-label="Contagens encerradas">
            {ended.map((one) => (
              <li key={one.id} class="card">
                <CountLink one={one} href={withParams({ contagem: one.id, ver: "conferencia" })} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {hasMore && (
        <Button busy={busy} onClick={readMore}>
          Mostrar mais
        </Button>
      )}
      {starting && (
        <NewCount
          onClose={() => setStarting(false)}
          onOpened={(count) => {
            setStarting(false);
            set({ contagem: count.id });
          }}
        />
      )}
    </View>
  );
}

const linesText = ({ lines }: Count): string =>
  lines === 0 ? "nada contado" : many(lines, "registro", "registros");

function CountLink({ one, href }: { one: Count; href: string }) {
  const toSend = waiting.value.get(one.id) ?? 0;
  return (
    <>
      <div class="count-name">
        <a class="row-link" href={href}>
          {one.name}
        </a>
        <small>
          {scopeText(one)} · {moment(one.opened_at)} · {linesText(one)}
        </small>
        {one.reason !== null && <small>{one.reason}</small>}
      </div>
      <div class="count-badges">
        {toSend > 0 && <Badge tone="wait" icon="clock" text={`${toSend} a enviar`} />}
        <Badge {...STATES[one.state]} />
      </div>
    </>
  );
}
