import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { taxpayer, withPoints } from "../base/say.ts";
import { FETCHING, type Fetching, type FetchingList } from "../base/tax-office.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";

type Switch = Pick<Fetching, "cnpj" | "uf" | "environment">;

/** Switches the fetching of a CNPJ on or off. */
export const switched = (
  { cnpj, uf, environment }: Switch,
  active: boolean,
): Promise<FetchingList> =>
  ask<FetchingList>(FETCHING, {
    method: "PATCH",
    json: { cnpj, uf, environment, active },
    key: newKey(),
  });

const STATES =
  "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO".split(" ");
const OPTIONS = [
  { value: "", text: "Escolha o estado" },
  ...STATES.map((value) => ({ value, text: value })),
];

/** Which CNPJ, and of which state it is: the tax office wants to know both. */
export function SwitchOn(props: {
  cnpj: string;
  known: readonly Fetching[];
  environment: Fetching["environment"];
  done: () => void;
  onClose: () => void;
}) {
  const before = props.known.find((one) => one.cnpj === props.cnpj);
  const [cnpj, setCnpj] = useState(taxpayerOr(props.cnpj));
  const [uf, setUf] = useState(before?.uf ?? props.known[0]?.uf ?? "");
  const [asked, setAsked] = useState(false);
  const act = useAct();
  return (
    <Dialog title="Ligar a busca" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (uf === "") return;
          act.run(async () => {
            const environment = before?.environment ?? props.environment;
            await switched({ cnpj: cnpj.replaceAll(/[^0-9A-Za-z]/g, ""), uf, environment }, true);
            props.done();
            props.onClose();
            notify("Busca ligada. A primeira consulta é feita em instantes.");
          });
        }}
      >
        <Field
          label="CNPJ"
          value={cnpj}
          onInput={(text) => setCnpj(withPoints(text))}
          maxLength={20}
          hint="Um CNPJ da empresa, ou de uma filial dela"
          problem={act.problem("cnpj")}
        />
        <Select
          label="Estado do CNPJ"
          value={uf}
          options={OPTIONS}
          onChange={setUf}
          {...(asked && uf === "" ? { problem: "Escolha o estado em que o CNPJ está" } : {})}
        />
        <p class="small quiet admin-intro">
          A primeira busca traz até 90 dias. Você fica como autor do que chegar.
        </p>
        <FormFoot
          fault={act.fault}
          action="Ligar a busca"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

const taxpayerOr = (cnpj: string): string => (cnpj === "" ? "" : taxpayer(cnpj));
