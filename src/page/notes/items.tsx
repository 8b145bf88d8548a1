import { day, money, name, quantity, unitCost } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import type { NoteDetail, NoteItem, Plan } from "./answers.ts";
import { EFFECT_NAMES } from "./words.ts";

type PlannedItem = Plan["items"][number];

/** More are shown when asked for: a note has up to 990. */
const FIRST = 40;

/** The items of a note, each with its quantity, its balance before and after, and its cost with freight and taxes. */
export function Items(props: {
  note: NoteDetail;
  plan: Plan | null;
  all: boolean;
  onAll: () => void;
}) {
  const { note, plan, all } = props;
  // An item's number may repeat: the plan has the items in the order of the note.
  const shown = all ? note.items : note.items.slice(0, FIRST);
  return (
    <section class="note-part" aria-labelledby="note-items">
      <h3 id="note-items">Itens</h3>
      <ol class="note-items">
        {shown.map((item, i) => (
          // The order of the XML identifies an item.
          <Item key={i} item={item} planned={plan?.items[i] ?? null} note={note} />
        ))}
      </ol>
      {shown.length < note.items.length && (
        <button type="button" class="button line" onClick={props.onAll}>
          Mostrar os {quantity(note.items.length)} itens
        </button>
      )}
    </section>
  );
}

function Item(props: { item: NoteItem; planned: PlannedItem | null; note: NoteDetail }) {
  const { item, planned, note } = props;
  const product = planned?.product_code ?? item.product_code;
  const effect = planned?.effect ?? item.effect;
  const converted = item.stock_quantity !== item.quantity;
  const moves = note.status === "PENDENTE" || note.status === "PROCESSADA";
  // Without its product the unit in stock is not known: the note's own quantity and cost would pass for ours.
  const waits = product === null && note.holds.some(({ code }) => code === "mapping");
  return (
    <li>
      <div class="note-item-head">
        <b>{name(item.name)}</b>
        {planned?.new_product === true && <Badge tone="wait" icon="plus" text="Produto novo" />}
        {effect !== note.direction && effect !== "ask" && (
          <Badge tone="plain" icon="info" text={EFFECT_NAMES[effect]} />
        )}
        {effect === "ask" && <Badge tone="hold" icon="triangle-alert" text="A definir" />}
      </div>
      <p class="note-item-codes small quiet">
        <span class="code">{item.code}</span>
        {product !== null && product !== item.code && (
          <>
            {" → "}
            <a href={`/estoque?produto=${encodeURIComponent(product)}`}>{product}</a>
          </>
        )}
        {` · CFOP ${item.cfop}`}
        {item.ncm !== null && ` · NCM ${item.ncm}`}
        {item.barcode !== null && ` · GTIN ${item.barcode}`}
      </p>
      <dl class="note-item-figures">
        <div>
          <dt>Na nota</dt>
          <dd>
            {quantity(item.quantity)} <span class="quiet">{item.unit}</span>
          </dd>
        </div>
        {planned === null ? (
          <div>
            <dt>{note.status === "PENDENTE" ? "A lançar" : "Lançado"}</dt>
            <dd>{moves && effect !== "none" && !waits ? quantity(item.stock_quantity) : "–"}</dd>
          </div>
        ) : (
          <div>
            <dt>Saldo</dt>
            <dd>
              <span class="quiet">{quantity(planned.balance_before)}</span>
              <Icon name="arrow-right" size={14} />
              <span class="hidden">passa a</span>
              <b class={planned.balance_after < 0 ? "bad" : "good"}>
                {quantity(planned.balance_after)}
              </b>
            </dd>
          </div>
        )}
        <div>
          <dt>Custo un.</dt>
          <dd>{unitCost(waits ? null : item.landed_unit_cost)}</dd>
        </div>
        <div>
          <dt>Custo total</dt>
          <dd>{money(planned?.cost.landed_cost ?? item.landed_cost)}</dd>
        </div>
      </dl>
      {converted && (
        <p class="small quiet">
          1 {item.unit} = {item.factor_text} no estoque: {quantity(item.quantity)} {item.unit} são{" "}
          {quantity(item.stock_quantity)}.
        </p>
      )}
      {planned !== null && planned.event_quantity !== 0 && (
        <p class="small hold">
          {quantity(planned.event_quantity)} sai logo em seguida, por um evento da nota.
        </p>
      )}
      {planned !== null && planned.balance_after < 0 && (
        <p class="small bad">O saldo fica negativo: confira antes de aprovar.</p>
      )}
      {item.lots.length > 0 && (
        <ul class="note-lots small">
          {item.lots.map(({ lot, quantity: many, expires_on }) => (
            <li key={`${lot} ${expires_on}`}>
              Lote <span class="code">{lot}</span> · {quantity(many)} {item.unit}
              {expires_on !== null && ` · vence em ${day(expires_on)}`}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
