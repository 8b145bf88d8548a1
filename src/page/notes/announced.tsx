import { useRef, useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { useKeys } from "../base/keys.ts";
import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { type Read, useRead } from "../base/read.ts";
import { count, moment, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import {
  blockText,
  FETCHING,
  type Fetching,
  type FetchingList,
  useFetchNow,
} from "../base/tax-office.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Split, Tabs, View } from "../parts/view.tsx";
import { AnnouncedDetail } from "./announced-detail.tsx";
import { AnnouncedList } from "./announced-list.tsx";
import type { Announced, NoteCounts } from "./answers.ts";
import { post } from "./approve.ts";
import { FetchByKey } from "./fetch-by-key.tsx";
import { AWARE, awaits } from "./statement-words.ts";
import { tabsOf } from "./tabs.ts";

const NONE: ReadonlySet<string> = new Set();

/** Anunciadas: notes that the tax office has against the company and that are not here, and how they come. */
export function AnnouncedView() {
  const address = useAddress();
  const open = address.param("nota");
  const reader = useListReader<Announced>("/api/nfes/announced");
  const counts = useRead<NoteCounts>("/api/nfes/counts");
  const fetching = useRead<FetchingList>(FETCHING);
  const [marked, setMarked] = useState(NONE);
  const [keyAsked, setKeyAsked] = useState(false);
  const again = () => {
    void reader.readAgain();
    counts.again();
    fetching.again();
  };
  useOld(["nfe.", "sefaz.", "certificate."], again);
  const aware = useAware(() => {
    setMarked(NONE);
    void reader.readAgain();
  });
  const active = fetching.value?.data.filter((one) => one.active) ?? [];
  const states = may("operate") && active.length > 0;
  const rows = reader.rows.value;
  const mark = (key: string) => {
    const changed = new Set(marked);
    if (!changed.delete(key)) changed.add(key);
    setMarked(changed);
  };
  useKeys(
    states && open === ""
      ? {
          a: () => {
            const row = document.activeElement?.closest("[data-key]")?.getAttribute("data-key");
            const note = rows.find(({ access_key }) => access_key === row);
            if (marked.size > 0) aware.start([...marked]);
            else if (note !== undefined && awaits(note)) aware.start([note.access_key]);
          },
        }
      : {},
  );
  const wanted = address.param("chave");
  const byKey = keyAsked || (wanted !== "" && states);
  return (
    <View
      title="Notas"
      beside={
        states && (
          <Button
            icon="search"
            kind={marked.size > 0 ? "line" : "main"}
            onClick={() => setKeyAsked(true)}
          >
            Buscar pela chave
          </Button>
        )
      }
    >
      <Split
        list={
          <div class="notes-list">
            <Tabs label="Situação das notas" tabs={tabsOf(address, null, counts.value)} />
            <div class="notes-acts">
              <FetchLines fetching={fetching} />
              {marked.size > 0 && (
                <div class="notes-act">
                  <Button kind="plain" onClick={() => setMarked(NONE)}>
                    Desmarcar
                  </Button>
                  <Button
                    kind="main"
                    icon="check"
                    busy={aware.busy.size > 0}
                    onClick={() => aware.start([...marked])}
                  >
                    {marked.size === 1
                      ? "Dar ciência na marcada"
                      : `Dar ciência nas ${marked.size} marcadas`}
                  </Button>
                </div>
              )}
            </div>
            <p class="hidden" role="status">
              {marked.size > 0 && count(marked.size, "nota marcada", "notas marcadas")}
            </p>
            <ErrorBar fault={counts.fault} again={counts.again} />
            <AnnouncedList
              address={address}
              reader={reader}
              fetching={fetching.value}
              states={states}
              marked={marked}
              onMark={mark}
              onAware={({ access_key }) => aware.start([access_key])}
              busy={aware.busy}
            />
          </div>
        }
        detail={
          open === "" ? null : (
            <AnnouncedDetail
              key={open}
              accessKey={open}
              note={rows.find(({ access_key }) => access_key === open) ?? null}
              isRead={reader.state.value !== "first"}
              states={states}
              onAware={() => aware.start([open])}
              busy={aware.busy.has(open)}
              again={again}
              onClose={() => address.set({ nota: "" })}
            />
          )
        }
      />
      {byKey && (
        <FetchByKey
          fetching={active}
          typed={wanted}
          done={again}
          onClose={() => {
            setKeyAsked(false);
            address.set({ chave: "" }, true);
          }}
        />
      )}
    </View>
  );
}

/** Ciência of one or many notes, one after another; of those that are refused the reason of the first is shown. */
function useAware(done: () => void) {
  const [busy, setBusy] = useState(NONE);
  const works = useRef(false);
  const start = async (keys: readonly string[]) => {
    if (works.current || keys.length === 0) return;
    works.current = true;
    setBusy(new Set(keys));
    let made = 0;
    const refused: Refused[] = [];
    try {
      for (const key of keys)
        await post(`/api/nfes/${key}/statement`, { type: AWARE }).then(
          () => {
            made += 1;
          },
          (fault) => {
            // Without an answer the next would have none either.
            if (!(fault instanceof Refused)) throw fault;
            refused.push(fault);
          },
        );
    } finally {
      works.current = false;
      setBusy(NONE);
      sayMade(made, refused);
      done();
    }
  };
  return { busy, start: (keys: readonly string[]) => void start(keys).catch(notifyFault) };
}

function sayMade(made: number, refused: readonly Refused[]): void {
  if (made > 0)
    notify(
      `${count(made, "ciência pedida", "ciências pedidas")}. O XML completo chega depois do registro na SEFAZ.`,
    );
  const [first] = refused;
  if (first !== undefined)
    notify(
      `${count(refused.length, "ciência não foi pedida", "ciências não foram pedidas")}: ${first.message}`,
      { tone: "bad" },
    );
}

/** Of a company with more CNPJs these are shown; the others stand in the administration. */
const MOST = 3;

/** When the tax office was asked last and is asked next, for each CNPJ that is switched on. */
function FetchLines({ fetching }: { fetching: Read<FetchingList> }) {
  const active = fetching.value?.data.filter((one) => one.active) ?? [];
  return (
    <div class="announced-state">
      <ErrorBar fault={fetching.fault} again={fetching.again} />
      {active.slice(0, MOST).map((one) => (
        <Line
          key={`${one.cnpj} ${one.environment}`}
          state={one}
          isNamed={active.length > 1}
          again={fetching.again}
        />
      ))}
      {active.length > MOST && (
        <p class="small quiet">
          E mais {count(active.length - MOST, "CNPJ", "CNPJs")}, em Administração, SEFAZ.
        </p>
      )}
    </div>
  );
}

function Line(props: { state: Fetching; isNamed: boolean; again: () => void }) {
  const { state } = props;
  const { busy, now } = useFetchNow(state, props.again);
  const block = blockText(state);
  return (
    <div class="announced-line small">
      <p class={state.failing_since === null ? "quiet" : "announced-failing"}>
        {props.isNamed && <b>{taxpayer(state.cnpj)}: </b>}
        {state.failing_since !== null && `A busca falha desde ${moment(state.failing_since)}. `}
        {state.last_answer === null
          ? "Ainda não consultada"
          : `Última consulta à SEFAZ: ${moment(state.last_answer.at)}`}
        {state.next_at !== null && ` · próxima: ${moment(state.next_at)}`}
        {state.waiting > 0 && ` · ${count(state.waiting, "pedido", "pedidos")} na fila`}
        {block !== null && <span class="row-more">{block}</span>}
      </p>
      {may("operate") && (
        <Button small icon="refresh-cw" busy={busy} onClick={now}>
          Buscar agora
        </Button>
      )}
    </div>
  );
}
