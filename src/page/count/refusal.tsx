import { useState } from "preact/hooks";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { count as many, quantity } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { written } from "./item-rows.tsx";
import { unsentItems } from "./items.ts";
import { giveUp, mineOf, owner, refusals, sendRefused, waiting } from "./queue.ts";
import type { Count } from "./scan.ts";

/**
 * The server does not take what was counted: closed meanwhile, or no right any more. What was counted is shown, and nothing is lost
 * before a person says so.
 */
export function Refusal({ of }: { of: Count }) {
  const [asking, setAsking] = useState(false);
  const fault = refusals.value.get(of.id);
  const toSend = waiting.value.get(of.id) ?? 0;
  if (fault === undefined || toSend === 0) return null;
  const person = owner.value;
  // A count that has ended takes no line any more, however often it is sent.
  const ended =
    of.state !== "open" || (fault instanceof Refused && fault.code === "count.not_open");
  return (
    <>
      {!ended && <ErrorBar fault={fault} again={() => sendRefused(of.id)} />}
      <section class="count-refused" aria-label="O que não foi aceito">
        <p>
          <Icon name="triangle-alert" />
          <span>
            {ended && `${ENDED[of.state]} `}
            {many(
              toSend,
              "registro deste aparelho não foi aceito",
              "registros deste aparelho não foram aceitos",
            )}
            . O que foi contado continua aqui
            {ended && ": conte de novo em outra contagem, ou copie a lista"}.
          </span>
        </p>
        <ul>
          {unsentItems.value.slice(0, MOST_SHOWN).map(({ key, name, code, unit, quantity_e4 }) => (
            <li key={key}>
              <span>
                {name} {name !== code && <small>{code}</small>}
              </span>
              <b>
                {written(quantity_e4)} {unit}
              </b>
            </li>
          ))}
        </ul>
        {unsentItems.value.length > MOST_SHOWN && (
          <p class="small">E mais {quantity(unsentItems.value.length - MOST_SHOWN)}.</p>
        )}
        <div>
          {unsentItems.value.length > 0 && (
            <Button small icon="copy" onClick={copyList}>
              Copiar a lista
            </Button>
          )}
          <Button small onClick={() => setAsking(true)}>
            Descartar
          </Button>
        </div>
      </section>
      {asking && person !== null && (
        <Confirm
          title="Descartar o que não foi aceito?"
          action="Descartar"
          danger
          act={() => giveUp(mineOf(person, of.id), of.id)}
          onClose={() => setAsking(false)}
        >
          <p>
            {many(
              toSend,
              "registro contado neste aparelho deixa de existir",
              "registros contados neste aparelho deixam de existir",
            )}
            .
          </p>
        </Confirm>
      )}
    </>
  );
}

const ENDED: Record<Count["state"], string> = {
  open: "Esta contagem não está mais aberta.",
  closing: "Esta contagem está sendo encerrada.",
  closed: "Esta contagem foi encerrada.",
  cancelled: "Esta contagem foi cancelada.",
};

/** Products that are shown; the copied list has all. */
const MOST_SHOWN = 20;

/** As cells of a sheet: code, name, quantity, unit. */
function copyList(): void {
  const rows = unsentItems.value.map(({ code, name, quantity_e4, unit }) =>
    [code, name, written(quantity_e4), unit].join("\t"),
  );
  // An address that is not secure has no clipboard.
  Promise.resolve()
    .then(() => navigator.clipboard.writeText(rows.join("\n")))
    .then(
      () => notify("Lista copiada."),
      () => notify("O navegador não deixou copiar.", { tone: "bad" }),
    );
}
