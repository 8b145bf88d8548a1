import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { notify } from "../base/notices.ts";
import { count, taxpayer } from "../base/say.ts";
import type { Fetching } from "../base/tax-office.ts";
import { CameraPanel } from "../parts/camera.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { post } from "./approve.ts";

/** Characters of an access key, without the blanks and points of the paper. */
const LENGTH = 44;
const bare = (typed: string): string => typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");

/** A note that is wanted by the key on its paper: typed, read by a scanner, which ends with Enter, or by the camera. */
export function FetchByKey(props: {
  /** Those with fetching switched on; one at least. */
  fetching: readonly Fetching[];
  typed: string;
  done: () => void;
  onClose: () => void;
}) {
  const { fetching } = props;
  const [typed, setTyped] = useState(props.typed);
  const [cnpj, setCnpj] = useState(fetching[0]?.cnpj ?? "");
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const key = bare(typed);
  const isWhole = key.length === LENGTH;
  const state = fetching.find((one) => one.cnpj === cnpj) ?? fetching[0];
  const fetch = async () => {
    await post("/api/nfes/fetch", { access_key: key, cnpj });
    notify("Nota pedida à SEFAZ. Ela aparece aqui quando chegar.");
    props.done();
    props.onClose();
  };
  const own = act.problem("access_key");
  const missing = `A chave tem ${LENGTH} caracteres; aqui há ${key.length}`;
  return (
    <Dialog title="Buscar pela chave" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (isWhole) act.run(fetch);
        }}
      >
        <Field
          label="Chave de acesso"
          value={typed}
          onInput={setTyped}
          maxLength={100}
          inputMode="text"
          hint={`Como no papel, digitada ou lida com o leitor de código de barras: ${key.length} de ${LENGTH}`}
          problem={own ?? (asked && !isWhole ? missing : undefined)}
        />
        {!isWhole && (
          <div class="announced-camera">
            <CameraPanel onCode={(code) => bare(code).length === LENGTH && setTyped(bare(code))} />
          </div>
        )}
        {fetching.length > 1 && (
          <Select
            label="CNPJ que pede"
            value={cnpj}
            options={fetching.map((one) => ({ value: one.cnpj, text: taxpayer(one.cnpj) }))}
            onChange={setCnpj}
          />
        )}
        {state !== undefined && <p class="small quiet announced-left">{allowance(state)}</p>}
        <FormFoot
          fault={own === undefined ? act.fault : null}
          action="Pedir a nota"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** What the hour still allows, and what waits before it. */
export function allowance({ asks_left: left, waiting }: Fetching): string {
  const allowed =
    left === 0
      ? "A SEFAZ não permite mais pedidos nesta hora: o seu espera a vez"
      : `A SEFAZ ainda permite ${count(left, "pedido", "pedidos")} nesta hora`;
  return waiting === 0
    ? `${allowed}.`
    : `${allowed}; ${count(waiting, "espera", "esperam")} na fila.`;
}
