import { useState } from "preact/hooks";
import type { z } from "zod";
import type { KeyRole } from "../../accounts/roles.ts";
import type { KeySchema } from "../../http/routes/accounts/api-keys.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { ROLE_NAMES } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Field, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Once } from "./once.tsx";
import { KEY_ROLE_OPTIONS } from "./roles.ts";

type Key = z.infer<typeof KeySchema>;
type Fresh = Key & { readonly key: string };
interface Page {
  readonly data: readonly Key[];
  readonly pagination: { readonly total: number };
}

/** Chaves: what programs enter with. A key is shown once. */
export default function Keys() {
  const keys = useRead<Page>("/api/keys?limit=100");
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<Fresh | null>(null);
  const [revoked, setRevoked] = useState<Key | null>(null);
  const rows = keys.value?.data ?? [];
  return (
    <>
      <Card
        title="Chaves da API"
        beside={
          <Button icon="plus" kind="main" onClick={() => setMaking(true)}>
            Criar chave
          </Button>
        }
      >
        <p class="quiet admin-intro">
          Para o sistema do escritório, a loja virtual ou um assistente. Uma chave vê só esta
          empresa, age com o perfil dela, e nunca com mais do que o de quem a criou.
        </p>
        <ErrorBar fault={keys.fault} again={keys.again} />
        {keys.value === null && keys.fault === null && <Skeleton lines={3} />}
        {keys.value !== null && rows.length === 0 && (
          <Empty icon="key-round" title="Nenhuma chave.">
            Crie uma para cada programa: assim cada uma pode ser revogada sem parar as outras.
          </Empty>
        )}
        <ul class="admin-list">
          {rows.map((key) => (
            <li key={key.id}>
              <div class="admin-main">
                <b>{key.name}</b>
                <span class="quiet small">
                  <code>{key.prefix}…</code> · {ROLE_NAMES[key.role]} · criada em{" "}
                  {say.day(key.created_at)} ·{" "}
                  {key.last_used_at === null
                    ? "nunca usada"
                    : `usada em ${say.moment(key.last_used_at)}`}
                </span>
              </div>
              <KeyState keyOf={key} />
              <Button small icon="trash-2" onClick={() => setRevoked(key)}>
                Revogar
              </Button>
            </li>
          ))}
        </ul>
      </Card>
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onDone={(made) => {
            keys.again();
            setMaking(false);
            setFresh(made);
          }}
        />
      )}
      {fresh !== null && (
        <Once
          title={`Chave ${fresh.name}`}
          text={fresh.key}
          hint="Cole-a no programa que vai usá-la, no cabeçalho Authorization: Bearer. Não a envie por e-mail."
          onClose={() => setFresh(null)}
        />
      )}
      {revoked !== null && (
        <Confirm
          title={`Revogar a chave ${revoked.name}?`}
          action="Revogar"
          danger
          act={async () => {
            await ask(`/api/keys/${revoked.id}`, { method: "DELETE" });
            keys.again();
            notify(`A chave ${revoked.name} não vale mais.`);
          }}
          onClose={() => setRevoked(null)}
        >
          <p>O programa que a usa deixa de entrar agora. Não dá para desfazer.</p>
        </Confirm>
      )}
    </>
  );
}

function KeyState({ keyOf: key }: { keyOf: Key }) {
  if (key.effective_role === null)
    return (
      <Badge tone="bad" icon="ban" text="Não vale: quem a criou está inativo ou perdeu o direito" />
    );
  if (key.expires_at !== null && Date.parse(key.expires_at) <= Date.now())
    return <Badge tone="plain" icon="clock" text="Vencida" />;
  if (key.effective_role !== key.role)
    return <Badge tone="hold" icon="info" text={`Age como ${ROLE_NAMES[key.effective_role]}`} />;
  return key.expires_at === null ? (
    <Badge tone="good" icon="check" text="Sem vencimento" />
  ) : (
    <Badge tone="good" icon="check" text={`Até ${say.day(key.expires_at)}`} />
  );
}

function NewKey(props: { onClose: () => void; onDone: (made: Fresh) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<KeyRole>("OPERADOR");
  const [until, setUntil] = useState("");
  const [key] = useState(newKey);
  const act = useAct();
  return (
    <Dialog title="Criar chave" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act.run(async () => {
            // The whole of the last day, as this browser has it.
            const end =
              until === "" ? {} : { expires_at: new Date(`${until}T23:59:59`).toISOString() };
            const json = { name, role, ...end };
            props.onDone(await ask<Fresh>("/api/keys", { method: "POST", json, key }));
          });
        }}
      >
        <Field
          label="Nome"
          value={name}
          onInput={setName}
          maxLength={80}
          hint="Quem a usa: “Loja virtual”, “Escritório”."
          problem={act.problem("name")}
        />
        <Select label="Perfil" value={role} options={KEY_ROLE_OPTIONS} onChange={setRole} />
        {role === "AGENTE" && (
          <p class="quiet small">
            Só para o programa que busca notas na SEFAZ com o certificado da empresa: não lê notas
            nem estoque.
          </p>
        )}
        <Field
          label="Vale até (opcional)"
          type="date"
          value={until}
          onInput={setUntil}
          problem={act.problem("expires_at")}
        />
        <FormFoot fault={act.fault} action="Criar chave" busy={act.busy} onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
