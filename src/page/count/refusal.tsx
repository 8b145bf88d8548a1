import { useState } from "preact/hooks";
import { count as many } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { giveUp, mineOf, owner, refusals, sendRefused, waiting } from "./queue.ts";
import type { Count } from "./scan.ts";

/** The server does not take what was counted: closed meanwhile, or no right any more. Nothing is lost before a person says so. */
export function Refusal({ of }: { of: Count }) {
  const [asking, setAsking] = useState(false);
  const fault = refusals.value.get(of.id);
  const toSend = waiting.value.get(of.id) ?? 0;
  if (fault === undefined || toSend === 0) return null;
  const person = owner.value;
  return (
    <>
      <ErrorBar fault={fault} again={() => sendRefused(of.id)} />
      <p class="count-refused">
        {many(
          toSend,
          "linha deste aparelho não foi aceita",
          "linhas deste aparelho não foram aceitas",
        )}
        . O que foi contado continua guardado aqui.
        <Button small onClick={() => setAsking(true)}>
          Descartar
        </Button>
      </p>
      {asking && person !== null && (
        <Confirm
          title="Descartar o que não foi aceito?"
          action="Descartar"
          danger
          act={() => giveUp(mineOf(person, of.id), of.id)}
          onClose={() => setAsking(false)}
        >
          <p>{many(toSend, "linha contada", "linhas contadas")} neste aparelho deixa de existir.</p>
        </Confirm>
      )}
    </>
  );
}
