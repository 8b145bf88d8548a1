import type { Alert } from "../../../journal/feed-events.ts";
import { howMany } from "../../../lib/amount.ts";
import { taxpayerText } from "../../../lib/taxpayer-text.ts";
import { type AlertMail, onOneLine, SIGNED } from "./trial-mail.ts";

/**
 * The mail. `shown`: the alerts with the day and hour on which each came, as the company writes them, the oldest first; `more`:
 * how many others there are.
 */
export function alertMail(
  company: string,
  shown: readonly { readonly alert: Alert; readonly at: string }[],
  more: number,
): AlertMail {
  const lines = shown.map(({ alert, at }) => `- ${at}: ${alertSentence(alert)}`);
  if (more > 0) lines.push(`- E mais ${howMany(more, "aviso", "avisos")}: veja o painel.`);
  const count = howMany(shown.length + more, "aviso", "avisos");
  return {
    subject: `${onOneLine(company)}: ${count} do estoque`,
    text: `${onOneLine(company)}\n\n${lines.join("\n")}\n\n${SIGNED}`,
  };
}

/** What an alert says, as a whole sentence on one line. */
export function alertSentence(alert: Alert): string {
  switch (alert.type) {
    case "stock.low":
      return `o produto ${onOneLine(alert.payload.product_code)} ficou abaixo do estoque mínimo.`;
    case "stock.expiring":
      return expiring(alert.payload);
    case "product.cost_rose": {
      const { product_code, percent, entry_cost, average_cost } = alert.payload;
      return `o produto ${onOneLine(product_code)} entrou a R$ ${written(entry_cost)} por unidade, ${percent} % acima do custo médio de R$ ${written(average_cost)}.`;
    }
    case "nfe.held_long": {
      const { access_key, days, holds } = alert.payload;
      return `a nota ${access_key} tem pendências há mais de ${howMany(days, "dia", "dias")} (${holds.join(", ")}).`;
    }
    case "nfe.goods_missing": {
      const { access_key, product_code } = alert.payload;
      return `um cancelamento ou um evento da nota ${access_key} deixou o produto ${onOneLine(product_code)} com saldo negativo.`;
    }
    case "nfe.has_returns":
      return `a nota ${alert.payload.access_key} foi cancelada, e as devoluções dela continuam no estoque: a mercadoria conta duas vezes até que sejam estornadas.`;
    case "mailbox.failing":
      return `a caixa de e-mail que recebe as notas não pode ser lida há mais de uma hora (${alert.payload.code}).`;
    case "sefaz.failing": {
      const { cnpj, code } = alert.payload;
      const why =
        code === "656"
          ? "outro programa consulta o mesmo CNPJ"
          : `última resposta: ${onOneLine(code)}`;
      return `as notas do CNPJ ${taxpayerText(cnpj)} não podem ser buscadas na SEFAZ há mais de duas horas (${why}).`;
    }
    case "webhook.disabled":
      return alert.payload.why === "gone"
        ? `o webhook ${alert.payload.webhook_id} foi desligado: o destino respondeu que não existe mais (410).`
        : `o webhook ${alert.payload.webhook_id} foi desligado, depois de cinco dias sem uma entrega.`;
    case "certificate.ending": {
      const { cnpj, days } = alert.payload;
      const asks = "sem outro, as notas deixam de ser buscadas na SEFAZ.";
      return days === 0
        ? `o certificado A1 do CNPJ ${taxpayerText(cnpj)} terminou: ${asks}`
        : `o certificado A1 do CNPJ ${taxpayerText(cnpj)} termina em ${howMany(days, "dia", "dias")}: ${asks}`;
    }
  }
}

function expiring({
  product_code,
  lot,
  expires_on,
  days,
}: Extract<Alert, { type: "stock.expiring" }>["payload"]): string {
  const day = expires_on.split("-").reverse().join("/");
  const goods = `o lote ${onOneLine(lot)} do produto ${onOneLine(product_code)}`;
  return days === 0
    ? `${goods} vence em ${day}: chegou o dia.`
    : `${goods} vence em ${day}, em até ${days} dias.`;
}

/** A cost with its decimal comma, as the feed has it. */
const written = (cost: number): string => String(cost).replace(".", ",");
