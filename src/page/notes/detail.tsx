import { useEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { useKeys } from "../base/keys.ts";
import { useOld } from "../base/live.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { useRead } from "../base/read.ts";
import { accessKey, day, money, name, quantity, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Figures } from "../parts/view.tsx";
import type { NoteDetail } from "./answers.ts";
import { approveOne, post } from "./approve.ts";
import { askingItems, type Effects, isDenied, isReleasable, releaseOf } from "./decisions.ts";
import { Items } from "./items.tsx";
import { LateCost } from "./late-cost.tsx";
import { usePlan } from "./plan.ts";
import { Parties } from "./printed.tsx";
import { Resolve } from "./resolve.tsx";
import { Reverse } from "./reverse.tsx";
import { Sections } from "./sections.tsx";
import { DIRECTION_NAMES, standing } from "./words.ts";

interface DetailProps {
  readonly accessKey: string;
  readonly onClose: () => void;
  /** Something was written: the list is old. */
  readonly onChanged: () => void;
}

/** A note beside the list. */
export function NoteDetailView(props: DetailProps) {
  const { value, fault, again } = useRead<NoteDetail>(
    `/api/nfes/${encodeURIComponent(props.accessKey)}`,
  );
  const missing = fault instanceof Refused && fault.status === 404;
  useOld(["nfe.", "supplier_item.", "product.", "company."], again);
  useKeys({ Escape: props.onClose });
  return (
    <article class="card note" aria-busy={value === null ? "true" : undefined}>
      <ErrorBar fault={fault} {...(missing ? {} : { again })} />
      {value === null ? (
        <>
          <Button icon="x" kind="plain" small onClick={props.onClose}>
            Fechar
          </Button>
          {fault === null && <Skeleton lines={7} />}
        </>
      ) : (
        <Opened
          key={value.access_key}
          note={value}
          again={again}
          onClose={props.onClose}
          onChanged={props.onChanged}
        />
      )}
    </article>
  );
}

type Asked = "discard" | "reverse" | "cost" | null;

function Opened(props: {
  note: NoteDetail;
  again: () => void;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { note } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const [effects, setEffects] = useState<Effects>({});
  const [asked, setAsked] = useState<Asked>(null);
  const [papers, setPapers] = useState(0);
  const [all, setAll] = useState(false);
  const act = useAct();
  const waits = note.status === "PENDENTE" || note.status === "ESTORNADA";
  const ready = waits && note.holds.length === 0 && may("operate");
  const releasable = isReleasable(note) && may("manage");
  const corrections = ready ? {} : releasable ? releaseOf(note, effects) : null;
  const stand = `${note.status} ${note.holds.map(({ code }) => code).join()}`;
  const { plan, fault: planFault } = usePlan(note.access_key, corrections, stand);
  const denied = isDenied(planFault);
  const offered = releasable && !denied;
  const complete = askingItems(note).every(({ n_item }) => effects[n_item] !== undefined);
  const refresh = () => {
    props.again();
    props.onChanged();
  };
  const approve = () =>
    act.run(() => approveOne(note.access_key, releasable ? corrections : undefined).then(refresh));
  useKeys(ready && note.status === "PENDENTE" ? { a: approve } : {});
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <header class="note-head">
        <Button icon="x" kind="plain" bare small onClick={props.onClose}>
          Fechar a nota
        </Button>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {name(note.supplier_name)}
          </h2>
          <p class="small quiet">
            {taxpayer(note.supplier_cnpj)}
            <br />
            nº {note.number} · série {note.series} · {day(note.issued_at)}
          </p>
        </div>
        <Badge {...standing(note)} />
      </header>
      <p class="note-printed small">Chave de acesso: {accessKey(note.access_key)}</p>
      {papers > 0 && <Parties key={papers} accessKey={note.access_key} />}
      {note.reason !== null && (
        <p class="note-say small">
          <b>Motivo:</b> {note.reason}
        </p>
      )}
      <Resolve
        note={note}
        effects={effects}
        onEffects={setEffects}
        denied={denied}
        again={refresh}
      />
      <Figures
        figures={[
          { label: "Valor", value: money(note.total_value) },
          { label: "Itens", value: quantity(note.total_items) },
          { label: "Sentido", value: DIRECTION_NAMES[note.direction] },
        ]}
      />
      {ready && planFault !== null && <ErrorBar fault={planFault} />}
      <Items note={note} plan={plan} all={all} onAll={() => setAll(true)} />
      <Sections note={note} again={refresh} />
      <footer class="note-foot">
        <ErrorBar fault={act.fault} />
        {ready && (
          <Button kind="main" icon="check" busy={act.busy} onClick={approve}>
            {note.status === "ESTORNADA" ? "Aprovar de novo" : "Aprovar e lançar no estoque"}
          </Button>
        )}
        {offered && (
          <Button
            kind="main"
            icon="check"
            busy={act.busy}
            disabled={!complete || plan === null}
            onClick={approve}
          >
            Liberar e aprovar
          </Button>
        )}
        {note.status === "PROCESSADA" && may("manage") && (
          <Button icon="undo-2" onClick={() => setAsked("reverse")}>
            Estornar
          </Button>
        )}
        {note.status === "DESCARTADA" && may("manage") && (
          <Button icon="undo-2" onClick={() => void restore(note.access_key, refresh)}>
            Restaurar
          </Button>
        )}
        {note.status === "PENDENTE" && note.holds.length > 0 && !offered && may("manage") && (
          <Button icon="trash-2" kind="plain" onClick={() => setAsked("discard")}>
            Descartar
          </Button>
        )}
        <Menu
          label="Mais"
          items={moreOf(note, ready || offered, setAsked, () => setPapers(papers + 1))}
        />
      </footer>
      {asked === "discard" && (
        <Confirm
          title="Descartar a nota?"
          action="Descartar"
          danger
          reason="Motivo"
          onClose={() => setAsked(null)}
          act={async (reason) => {
            await post(`/api/nfes/${note.access_key}/discard`, { reason });
            notify("Nota descartada.", {
              undo: () => void restore(note.access_key, refresh),
              about: note.access_key,
            });
            refresh();
          }}
        >
          <p>
            Ela sai das listas e não entra no estoque. O XML fica guardado, e você pode restaurá-la.
          </p>
        </Confirm>
      )}
      {asked === "cost" && <LateCost note={note} done={refresh} onClose={() => setAsked(null)} />}
      {asked === "reverse" && <Reverse note={note} done={refresh} onClose={() => setAsked(null)} />}
    </>
  );
}

/** What is wanted less often: the papers, and to discard a note that has an approving button. */
function moreOf(
  note: NoteDetail,
  approvable: boolean,
  ask: (asked: Asked) => void,
  paper: () => void,
): readonly MenuItem[] {
  const path = `/api/nfes/${note.access_key}`;
  return [
    { text: "DANFE (PDF)", icon: "file-text", href: `${path}/danfe.pdf`, download: true },
    { text: "Baixar o XML", icon: "download", href: `${path}/xml`, download: true },
    { text: "Imprimir esta tela", icon: "printer", onClick: paper },
    ...(note.status === "PROCESSADA" && note.direction === "entry" && may("manage")
      ? [{ text: "Lançar custo posterior", icon: "plus" as const, onClick: () => ask("cost") }]
      : []),
    ...(note.status === "PENDENTE" && approvable && may("manage")
      ? [
          {
            text: "Descartar",
            icon: "trash-2" as const,
            danger: true,
            onClick: () => ask("discard"),
          },
        ]
      : []),
  ];
}

/** Takes a discard back; the note is judged again. */
const restore = (key: string, done: () => void): Promise<void> =>
  post(`/api/nfes/${key}/restore`).then(() => {
    notify("Nota restaurada.", { about: key });
    done();
  }, notifyFault);
