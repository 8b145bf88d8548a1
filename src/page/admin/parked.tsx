import { useState } from "preact/hooks";
import type { z } from "zod";
import type { ParkedSchema } from "../../http/routes/sefaz/parked.ts";
import { ask, newKey, save } from "../base/ask.ts";
import { useListReader } from "../base/list-reader.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { moment, taxpayer, whole } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";

type ParkedDocument = z.infer<typeof ParkedSchema>;

/** Why a document of the distribution could not be taken. */
const REASONS: Readonly<Record<string, string>> = {
  base64: "Veio danificado",
  gzip: "Veio danificado",
  too_large: "É grande demais",
  nested: "Traz outros arquivos dentro dele",
  refused: "A leitura o recusou",
  schema: "É de um leiaute que o sistema ainda não conhece",
  summary: "É um resumo fora do leiaute",
};

/** Of the others the damaged file is kept, as it came. */
const isXml = ({ reason }: ParkedDocument) => reason === "schema" || reason === "summary";

/** A document that came without one cannot be asked for again. */
const hasNsu = ({ nsu }: ParkedDocument) => nsu > 0;

/** What could not be read, and was passed over so that the others come; each may be asked for again. */
export function Parked({ again }: { again: () => void }) {
  const reader = useListReader<ParkedDocument>("/api/sefaz/parked");
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const retry = (one: ParkedDocument) => {
    setAsked(new Set([...asked, one.id]));
    const json = { cnpj: one.cnpj, nsu: one.nsu, environment: one.environment };
    ask("/api/sefaz/parked/retry", { method: "POST", json, key: newKey() }).then(
      () => {
        notify(`O documento do NSU ${one.nsu} foi pedido de novo, e espera a vez.`);
        again();
      },
      (fault) => {
        setAsked(new Set([...asked].filter((key) => key !== one.id)));
        notifyFault(fault);
      },
    );
  };
  const rows = reader.rows.value;
  const state = reader.state.value;
  return (
    <Card title="Documentos que não puderam ser lidos">
      <p class="quiet admin-intro">
        A busca passou adiante sem eles. Peça de novo o que veio danificado; um leiaute novo é lido
        depois de uma atualização do sistema.
      </p>
      <ErrorBar fault={reader.fault.value} again={() => void reader.readAgain()} />
      {state === "first" && <Skeleton lines={2} />}
      <ul class="admin-list">
        {rows.map((one) => (
          <li key={one.id}>
            <div class="admin-main">
              <b>{hasNsu(one) ? `NSU ${whole(one.nsu)}` : "Sem NSU"}</b>
              <span class="quiet small">
                {taxpayer(one.cnpj)} · {REASONS[one.reason] ?? one.reason} ·{" "}
                <code>{one.schema}</code> · {moment(one.parked_at)}
              </span>
            </div>
            {one.bytes !== null && (
              <Button
                small
                icon="download"
                onClick={() => save(`/api/sefaz/parked/${one.id}/document`).catch(notifyFault)}
              >
                {isXml(one) ? "Baixar o XML" : "Baixar"}
              </Button>
            )}
            {hasNsu(one) && (
              <Button
                small
                icon="refresh-cw"
                disabled={asked.has(one.id)}
                onClick={() => retry(one)}
              >
                {asked.has(one.id) ? "Pedido" : "Pedir de novo"}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {state === "more" && (
        <Button busy={reader.busy.value} onClick={() => void reader.readMore()}>
          Mostrar mais
        </Button>
      )}
    </Card>
  );
}
