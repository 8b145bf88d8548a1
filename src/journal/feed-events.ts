import { z } from "zod";
import { NOTE_STATUSES } from "../lib/note-status.ts";
import { TAX_OFFICE_EVENTS } from "./tax-office-events.ts";

/**
 * Every event of the feed: its type, when it is written, and the schema of its payload on the wire. A new type is added here
 * alone: types of the code, contract and the page docs/api.md follow or are compared. Names are those of the wire.
 * A payload has ids, keys and quantities, never names of people.
 */

const note = {
  access_key: z.string().meta({ description: "Chave de acesso da nota" }),
};
const direction = z.enum(["entry", "exit", "none"]);
const judged = { ...note, direction };
const named = {
  ...judged,
  number: z.string().meta({ description: "nNF" }),
  supplier: z.string().meta({ description: "Nome do emitente" }),
};
const holds = z.array(z.string()).meta({ description: "Códigos das pendências" });
const event = z.string().meta({ description: "tpEvento" });
const effect = z.string().meta({ description: "Um dos valores de EventEffect" });
const product_code = z.string();
const count_id = z.string();
const ended = {
  job_id: z.string(),
  kind: z.string().meta({ description: "O kind de GET /api/jobs/{id}" }),
};

/** A movement of the event's write, and what its product has after it. */
const MovedSchema = z
  .object({
    id: z.int().meta({ description: "O mesmo de GET /api/movements/list" }),
    product_code,
    type: z.enum(["ENTRADA", "SAIDA", "VALOR"]),
    quantity: z.number().meta({ description: "Positiva, na unidade do estoque; VALOR: 0" }),
    balance: z.number().meta({ description: "Saldo do produto depois deste movimento" }),
    stock_value: z.number().meta({ description: "Valor do estoque do produto depois dele" }),
  })
  .meta({ id: "MovedStock" });

const moved = {
  movements: z.array(MovedSchema).meta({ description: "Na ordem da gravação, até 50" }),
  complete: z.boolean().meta({
    description:
      "false: há mais movimentos do que estes, ou o evento é de uma versão anterior do serviço: leia o estoque de novo",
  }),
};

const EVENTS = {
  "nfe.registered": {
    when: "A nota foi registrada",
    payload: z.object({
      ...named,
      holds,
      status: z.enum(NOTE_STATUSES).optional().meta({
        description: "PROCESSADA: já está no estoque; ausente em eventos de versões anteriores",
      }),
    }),
  },
  ...TAX_OFFICE_EVENTS,
  "nfe.judged": {
    when: "Uma nota fora do estoque tem outro veredito: configurações, regras, vínculos, eventos, ou o protocolo chegou",
    payload: z.object({ ...judged, holds }),
  },
  "nfe.processed": {
    when: "A nota foi aprovada e lançada no estoque",
    payload: z.object({ ...named, ...moved }),
  },
  "nfe.held_long": {
    when: "A nota tem pendências há mais dias do que a empresa quer (alert_held_days); uma vez para cada nota",
    payload: z.object({ ...note, holds, days: z.int().meta({ description: "O limite" }) }),
  },
  "nfe.completed": {
    when: "O protocolo chegou para uma nota que não o tinha",
    payload: z.object(note),
  },
  "nfe.discarded": { when: "Um usuário descartou a nota", payload: z.object(note) },
  "nfe.restored": { when: "Um usuário restaurou a nota", payload: z.object(note) },
  "nfe.event": {
    when: "Um evento da SEFAZ foi registrado",
    payload: z.object({ ...note, event, effect }),
  },
  "nfe.cancelled": {
    when: "Um evento da SEFAZ que cancela a nota foi registrado",
    payload: z.object({ ...note, event, effect }),
  },
  "nfe.event_withdrawn": {
    when: "Um usuário retirou um evento registrado",
    payload: z.object({ ...note, event, event_id: z.string() }),
  },
  "nfe.event_exits": {
    when: "Eventos de uma nota lançada tiraram mercadoria do estoque, ou deixaram de tirar",
    payload: z.object({
      ...note,
      made: z.int().meta({ description: "Quantas saídas foram lançadas" }),
      taken_back: z.int().meta({ description: "Quantas saídas foram desfeitas" }),
      ...moved,
    }),
  },
  "nfe.goods_missing": {
    when: "Um cancelamento ou um evento deixou um produto com saldo negativo",
    payload: z.object({
      ...note,
      product_code,
      movements: z.array(z.int()).meta({
        description: "As saídas posteriores mais novas a que falta a mercadoria, até 10",
      }),
    }),
  },
  "nfe.has_returns": {
    when: "Foi cancelada uma nota cujas devoluções estão no estoque: a mercadoria conta duas vezes até que elas sejam estornadas",
    payload: z.object({
      ...note,
      returns: z.array(z.string()).meta({ description: "As chaves das mais novas, até 10" }),
    }),
  },
  "nfe.reversed": {
    when: "Os movimentos da nota foram desfeitos, por um usuário ou pelo cancelamento dela",
    payload: z.object({ ...judged, ...moved }),
  },
  "nfe.cost_added": {
    when: "Um custo que veio depois foi somado às mercadorias da nota",
    payload: z.object({ ...note, cost_id: z.string(), ...moved }),
  },
  "nfe.cost_reversed": {
    when: "Um custo que veio depois foi desfeito",
    payload: z.object({ ...note, cost_id: z.string(), ...moved }),
  },
  "movement.created": {
    when: "Um movimento manual foi lançado",
    payload: z.object({ product_code, type: z.enum(["ENTRADA", "SAIDA"]), ...moved }),
  },
  "movement.reversed": {
    when: "Um movimento manual foi desfeito",
    payload: z.object({
      product_code,
      undoes: z.int().meta({ description: "id do movimento desfeito" }),
      ...moved,
    }),
  },
  "supplier_item.changed": {
    when: "Um usuário ou uma importação gravou ou excluiu um de-para",
    payload: z.object({
      supplier_cnpj: z.string(),
      code: z.string(),
      unit: z.string(),
      product_code: product_code.nullable().meta({ description: "null: foi excluído" }),
      factor: z.string().nullable().meta({ description: "Como 12, 2.5 ou 1/12" }),
    }),
  },
  "product.created": {
    when: "Um usuário cadastrou um produto; os que uma nota cria vêm com o evento da nota",
    payload: z.object({ product_code }),
  },
  "product.changed": {
    when: "Um usuário alterou ou reativou um produto, ou mercadoria voltou a um produto inativo, que fica ativo de novo",
    payload: z.object({ product_code }),
  },
  "product.deactivated": {
    when: "Um usuário desativou um produto",
    payload: z.object({ product_code }),
  },
  "product.cost_rose": {
    when: "Uma entrada custou mais do que o custo médio de antes, acima do limite da empresa (alert_cost_rise_percent)",
    payload: z.object({
      product_code,
      movement_id: z.int().meta({ description: "A entrada" }),
      entry_cost: z.number().meta({ description: "Custo da entrada por unidade do estoque" }),
      average_cost: z.number().meta({ description: "Custo médio antes dela" }),
      percent: z.int().meta({ description: "Quanto subiu, sem a fração" }),
    }),
  },
  "category.created": {
    when: "Uma categoria foi criada",
    payload: z.object({ category_id: z.int() }),
  },
  "category.changed": {
    when: "Uma categoria mudou de nome ou de lugar",
    payload: z.object({ category_id: z.int() }),
  },
  "category.deleted": {
    when: "Uma categoria foi excluída",
    payload: z.object({ category_id: z.int() }),
  },
  "confirmation.asked": {
    when: "Uma chave de API pediu algo que uma pessoa precisa confirmar, ou o pedido espera de novo",
    payload: z.object({ confirmation_id: z.string(), tool: z.string() }),
  },
  "confirmation.ended": {
    when: "Uma pessoa confirmou ou recusou o pedido de uma chave de API",
    payload: z.object({
      confirmation_id: z.string(),
      outcome: z.enum(["confirmed", "refused"]),
    }),
  },
  "count.opened": { when: "Uma contagem foi aberta", payload: z.object({ count_id }) },
  "count.moved": {
    when: "O fechamento de uma contagem lançou diferenças; uma contagem grande, em várias partes",
    payload: z.object({ count_id, ...moved }),
  },
  "count.closed": { when: "A contagem está fechada", payload: z.object({ count_id }) },
  "count.cancelled": { when: "A contagem foi cancelada", payload: z.object({ count_id }) },
  "stock.low": {
    when: "Uma saída deixou o produto abaixo do estoque mínimo",
    payload: z.object({ product_code }),
  },
  "stock.expiring": {
    when: "Um lote com saldo chegou a 30 dias, a 7 dias ou ao dia da validade; uma vez para cada limite",
    payload: z.object({
      product_code,
      lot: z.string(),
      expires_on: z.string(),
      days: z.union([z.literal(30), z.literal(7), z.literal(0)]),
    }),
  },
  "export.ready": {
    when: "O arquivo de uma exportação está pronto",
    payload: z.object({ export_id: z.string(), rows: z.int(), bytes: z.int() }),
  },
  "mailbox.failing": {
    when: "A caixa de e-mail não pode ser lida há mais de uma hora; uma vez até que uma leitura dê certo",
    payload: z.object({
      code: z.string().meta({ description: "A falha da última leitura" }),
      since: z.iso.datetime().meta({ description: "A primeira leitura que falhou" }),
    }),
  },
  "webhook.disabled": {
    when: "O serviço desligou um webhook: cinco dias sem uma entrega (failing), ou resposta 410 (gone)",
    payload: z.object({ webhook_id: z.string(), why: z.enum(["failing", "gone"]) }),
  },
  "job.done": { when: "Um processamento em segundo plano terminou", payload: z.object(ended) },
  "job.failed": {
    when: "Um processamento em segundo plano falhou",
    payload: z.object({
      ...ended,
      code: z
        .string()
        .optional()
        .meta({ description: "O código da falha do processamento inteiro" }),
    }),
  },
} as const;

type Events = typeof EVENTS;
export type FeedEventType = keyof Events;

/** Types of the events that carry the movements of their write. */
export type MovingEventType = {
  [T in FeedEventType]: z.infer<Events[T]["payload"]> extends { complete: boolean } ? T : never;
}[FeedEventType];

type Payload<T extends FeedEventType> = z.infer<Events[T]["payload"]>;

/** An event to be written, of a type without movements; those with movements are written by `appendMoved` (stock/). */
export type NewFeedEvent = {
  [T in Exclude<FeedEventType, MovingEventType>]: {
    readonly type: T;
    readonly payload: Readonly<Payload<T>>;
  };
}[Exclude<FeedEventType, MovingEventType>];

/** An event whose movements the database adds when it is written. */
export type NewMovingEvent = {
  [T in MovingEventType]: {
    readonly type: T;
    readonly payload: Readonly<Omit<Payload<T>, "movements" | "complete">>;
  };
}[MovingEventType];

/** An event as `GET /api/events`, the stream and webhooks show it. */
export type FeedEventOnWire = {
  [T in FeedEventType]: {
    /** A cursor: `?after=` and `Last-Event-ID` take it. */
    readonly id: string;
    readonly type: T;
    readonly at: string;
    readonly payload: Payload<T>;
  };
}[FeedEventType];

/** For the contract: each type, when it is written (Portuguese), and its payload on the wire. */
export const FEED_EVENTS = EVENTS;
export const FEED_EVENT_TYPES: readonly string[] = Object.keys(EVENTS);

/** Whether events of a type carry the movements of their write. */
export const isMoving = (type: string): boolean =>
  Object.entries(EVENTS).some(
    ([name, { payload }]) => name === type && "complete" in payload.shape,
  );

/** Of one event at most so many movements are listed: a page of the feed stays small. */
export const MAX_MOVED = 50;

/** The events of the feed that ask a person to act: each may be sent by mail. A new one needs its sentence too (messages). */
export const ALERT_TYPES = [
  "stock.low",
  "stock.expiring",
  "product.cost_rose",
  "nfe.held_long",
  "nfe.goods_missing",
  "nfe.has_returns",
  "mailbox.failing",
  "sefaz.failing",
  "webhook.disabled",
  "certificate.ending",
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** An alert, in the shape of `GET /api/events`. */
export type Alert = Extract<FeedEventOnWire, { readonly type: AlertType }>;

const ALERTS: ReadonlySet<string> = new Set(ALERT_TYPES);

/** Whether an event is an alert. */
export const isAlert = (event: FeedEventOnWire): event is Alert => ALERTS.has(event.type);
