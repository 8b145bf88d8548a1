import { useEffect, useRef } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { useKeys } from "../base/keys.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { accessKey, day, moment, money, taxpayer } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Copy, Skeleton } from "../parts/states.tsx";
import { Figures } from "../parts/view.tsx";
import { titleOf } from "./announced-list.tsx";
import type { Announced } from "./answers.ts";
import { post } from "./approve.ts";
import { awaits, SITUATIONS } from "./statement-words.ts";
import { Statements } from "./statements.tsx";

interface DetailProps {
  readonly accessKey: string;
  /** Null: it is not among the rows that were read. */
  readonly note: Announced | null;
  /** The list was read. */
  readonly isRead: boolean;
  readonly states: boolean;
  readonly busy: boolean;
  readonly onAware: () => void;
  readonly again: () => void;
  readonly onClose: () => void;
}

/** An announced note beside the list: what its summary says, and what can be done until it comes. */
export function AnnouncedDetail(props: DetailProps) {
  const { note } = props;
  useKeys({ Escape: props.onClose });
  return (
    <article class="card note" aria-busy={note === null && !props.isRead ? "true" : undefined}>
      {note === null ? (
        <>
          <Button icon="x" kind="plain" small onClick={props.onClose}>
            Fechar
          </Button>
          {props.isRead ? <Gone accessKey={props.accessKey} /> : <Skeleton lines={5} />}
        </>
      ) : (
        <Opened {...props} note={note} />
      )}
    </article>
  );
}

function Gone(props: { accessKey: string }) {
  return (
    <p class="note-say">
      Esta nota não está entre as anunciadas: talvez já tenha chegado.{" "}
      <a href={`/notas?ver=todas&nota=${encodeURIComponent(props.accessKey)}`}>Abrir a nota</a>
    </p>
  );
}

function Opened({ note, ...props }: DetailProps & { readonly note: Announced }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const act = useAct();
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const key = note.access_key;
  const fetch = () =>
    act.run(() =>
      post("/api/nfes/fetch", { access_key: key, cnpj: note.cnpj }).then(() => {
        notify("Nota pedida à SEFAZ. Ela aparece aqui quando chegar.");
        props.again();
      }, notifyFault),
    );
  const isAware = props.states && awaits(note);
  useKeys(isAware ? { a: props.onAware } : {});
  return (
    <>
      <header class="note-head">
        <Button icon="x" kind="plain" bare small onClick={props.onClose}>
          Fechar a nota
        </Button>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {titleOf(note)}
          </h2>
          <p class="small quiet">
            {taxpayer(note.supplier_cnpj)}
            <br />
            nº {Number(key.slice(25, 34))} · série {Number(key.slice(22, 25))} ·{" "}
            {day(note.issued_at)}
          </p>
        </div>
        <Badge {...SITUATIONS[note.situation]} />
      </header>
      <p class="note-say small">
        {note.situation === "authorised"
          ? `Anunciada pela SEFAZ em ${moment(note.announced_at)}, por um resumo: os itens vêm com o XML completo. Ela não conta em nenhum número do estoque.`
          : "O emitente não tem mais esta nota autorizada: não receba a mercadoria por ela."}
      </p>
      <Figures
        figures={[
          { label: "Valor", value: money(note.total_value) },
          { label: "Emissão", value: day(note.issued_at) },
          { label: "Número", value: `${Number(key.slice(25, 34))}` },
        ]}
      />
      <p class="note-key announced-key">
        <span class="code">{accessKey(key)}</span>
        <Copy text={key} what="a chave de acesso" />
      </p>
      <section class="announced-stated" aria-labelledby="announced-stated">
        <h3 id="announced-stated">Manifestação do destinatário</h3>
        <Statements
          key={note.statement?.id ?? ""}
          accessKey={key}
          issuedAt={note.issued_at}
          done={props.again}
        />
      </section>
      <footer class="note-foot">
        {isAware && (
          <Button kind="main" icon="check" busy={props.busy} onClick={props.onAware}>
            Dar ciência
          </Button>
        )}
        {props.states &&
          (note.requested ? (
            <p class="small quiet">O XML foi pedido pela chave, e espera a vez.</p>
          ) : (
            <Button icon="download" busy={act.busy} onClick={fetch}>
              Pedir o XML
            </Button>
          ))}
      </footer>
    </>
  );
}
