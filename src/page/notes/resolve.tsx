import { useState } from "preact/hooks";
import { ask } from "../base/ask.ts";
import { holdName } from "../base/hold-names.ts";
import { notify } from "../base/notices.ts";
import { masked, name, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Segments } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import type { Hold, NoteDetail } from "./answers.ts";
import { askingItems, cnpjsIn, type Effects, isReleasable, unmappedItems } from "./decisions.ts";
import { MappingForm } from "./mapping-form.tsx";
import { EFFECTS, holdAdvice } from "./words.ts";

/** Why a note waits, in words, and what a person decides about it. */
export function Resolve(props: {
  note: NoteDetail;
  effects: Effects;
  onEffects: (effects: Effects) => void;
  /** The company does not allow it. */
  denied: boolean;
  again: () => void;
}) {
  const { note, effects, onEffects } = props;
  const decides = may("manage") && note.status === "PENDENTE";
  const asking = decides && isReleasable(note) && !props.denied ? askingItems(note) : [];
  const unmapped = unmappedItems(note);
  return (
    <>
      {note.holds.map((hold) => (
        <HoldCard key={hold.code} hold={hold} note={note} again={props.again} />
      ))}
      {props.denied && (
        <p class="note-say small">
          A empresa não permite liberar esta pendência.{" "}
          {may("administer") ? (
            <a href="/admin">Mude isso em Administração, nas pendências que o gerente libera.</a>
          ) : (
            "Um administrador pode permitir, em Administração."
          )}
        </p>
      )}
      {note.status === "PENDENTE" && note.holds.length > 0 && !may("manage") && (
        <p class="note-say small">Um gerente resolve esta pendência.</p>
      )}
      {asking.length > 0 && (
        <section class="note-asks" aria-labelledby="note-asks">
          <h3 id="note-asks">O que acontece com a mercadoria?</h3>
          {asking.length > 1 && (
            <div class="note-ask all">
              <span aria-hidden="true">Todos os itens</span>
              <Segments
                label="Todos os itens"
                value=""
                options={EFFECTS}
                onChange={(effect) =>
                  onEffects(Object.fromEntries(asking.map(({ n_item }) => [n_item, effect])))
                }
              />
            </div>
          )}
          {asking.map((item, i) => (
            // The order of the XML identifies an item.
            <div class="note-ask" key={i}>
              <span aria-hidden="true">{name(item.name)}</span>
              <Segments
                label={name(item.name)}
                value={effects[item.n_item] ?? ""}
                options={EFFECTS}
                onChange={(effect) => onEffects({ ...effects, [item.n_item]: effect })}
              />
            </div>
          ))}
        </section>
      )}
      {decides &&
        unmapped.map((item) => (
          <MappingForm
            key={`${item.code} ${item.unit}`}
            supplier={note.supplier_cnpj}
            item={item}
            done={props.again}
          />
        ))}
    </>
  );
}

function HoldCard(props: { hold: Hold; note: NoteDetail; again: () => void }) {
  const { hold } = props;
  const [adding, setAdding] = useState<string | null>(null);
  const own = hold.code === "not_ours" && may("administer") ? cnpjsIn(hold.message) : [];
  const advice = holdAdvice(hold.code);
  if (props.note.status !== "PENDENTE" && props.note.status !== "CANCELADA")
    return (
      <p class="note-say small">
        <b>{holdName(hold.code)}:</b> {masked(hold.message)}
      </p>
    );
  return (
    <div class={`note-hold${props.note.status === "CANCELADA" ? " bad" : ""}`}>
      <Icon name="triangle-alert" />
      <div>
        <b>{holdName(hold.code)}</b>
        <p>{masked(hold.message)}</p>
        {advice !== null && <p class="small">{advice}</p>}
        {own.map((cnpj) => (
          <Button key={cnpj} small onClick={() => setAdding(cnpj)}>
            {`Esta empresa também usa ${taxpayer(cnpj)}`}
          </Button>
        ))}
      </div>
      {adding !== null && (
        <Confirm
          title="Cadastrar este CNPJ na empresa?"
          action="Cadastrar o CNPJ"
          act={async () => {
            const { cnpjs } = await ask<{ cnpjs: readonly string[] }>("/api/company");
            await ask("/api/company", { method: "PATCH", json: { cnpjs: [...cnpjs, adding] } });
            notify("CNPJ cadastrado. As notas que esperavam foram conferidas de novo.");
            props.again();
          }}
          onClose={() => setAdding(null)}
        >
          <p>
            {taxpayer(adding)} passa a ser um CNPJ desta empresa, e todas as notas que esperam são
            conferidas de novo.
          </p>
        </Confirm>
      )}
    </div>
  );
}
