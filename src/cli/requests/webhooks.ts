import { FEED_EVENT_TYPES } from "../../journal/feed-events.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer, printSecret } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";

/** `sge webhooks`: the webhooks of a company. Returns 0, or 1 where a ping was not accepted. */
export async function runWebhooks(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what, named, ...more] = given._;
  const usage = (says: string) => new UsageError("webhooks", says);
  if (what === "list" && named === undefined)
    return withConnection(terminal, given, "read", (service) => list(terminal, given, service));
  if (what !== "add" && what !== "ping" && what !== "remove")
    throw usage("Use sge webhooks list, add, ping ou remove");
  if (named === undefined || more.length > 0)
    throw usage(what === "add" ? "Informe o endereço" : "Informe o número do webhook");
  const events = (textOf(given.events) ?? "*").split(",");
  const unknown = events.find((type) => type !== "*" && !FEED_EVENT_TYPES.includes(type));
  if (unknown !== undefined) throw usage(`Não é um tipo de evento: ${unknown}`);
  const param = { id: named };
  return withConnection(terminal, given, "read", async ({ api }) => {
    const { webhooks } = api.api;
    if (what === "add") {
      const made = await bodyOf(webhooks.$post({ json: { url: named, events } }));
      const says = `Webhook ${made.id}; o segredo, mostrado só agora:`;
      printSecret(terminal, given, { document: made, says, secret: made.secret });
      return 0;
    }
    if (what === "ping") {
      const sent = await bodyOf(webhooks[":id"].ping.$post({ param }));
      printAnswer(terminal.out, given, {
        document: sent,
        lines: (out) =>
          out.line(
            sent.fault === null
              ? `O destino respondeu ${sent.status ?? ""} em ${sent.duration_ms} ms`
              : paint(out, "red", `Não foi entregue: ${sent.fault}`),
          ),
      });
      return sent.status !== null && sent.status >= 200 && sent.status < 300 ? 0 : 1;
    }
    await bodyOf(webhooks[":id"].$delete({ param }));
    printAnswer(terminal.out, given, {
      document: { id: named, deleted: true },
      lines: (out) => out.line(paint(out, "green", `O webhook ${named} foi apagado`)),
    });
    return 0;
  });
}

async function list({ out }: Terminal, given: ParsedArgs, { api }: Service): Promise<number> {
  const { data } = await bodyOf(api.api.webhooks.$get());
  printAnswer(out, given, {
    document: { data },
    lines(screen) {
      const columns = [
        { title: "Webhook" },
        { title: "Endereço", most: 60 },
        { title: "Eventos", most: 40 },
        { title: "Situação" },
      ];
      const rows = data.map((one) => [
        one.id,
        one.url,
        one.events.join(","),
        one.active
          ? one.failing_since === null
            ? "ativo"
            : `falha desde ${moment(one.failing_since)}`
          : "desligado",
      ]);
      for (const line of table(screen, columns, rows)) screen.line(line);
    },
  });
  return 0;
}
