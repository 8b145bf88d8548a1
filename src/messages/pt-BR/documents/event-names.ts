/** tpEvento and the name of the kind in Portuguese (MOC; NT 2025.002), of those that come to a company about its notes. */
const NAMES: Readonly<Record<string, string>> = {
  "110001": "Cancelamento de evento",
  "110110": "Carta de correção",
  "110111": "Cancelamento",
  "110112": "Cancelamento por substituição",
  "110130": "Comprovante de entrega da NF-e",
  "110131": "Cancelamento do comprovante de entrega da NF-e",
  "110140": "Emissão em contingência (EPEC)",
  "110150": "Ator interessado na NF-e",
  "110192": "Insucesso na entrega da NF-e",
  "110193": "Cancelamento do insucesso na entrega da NF-e",
  "110750": "Conciliação financeira (ECONF)",
  "110751": "Cancelamento da conciliação financeira (ECONF)",
  "111500": "Pedido de prorrogação, 1º prazo",
  "111501": "Pedido de prorrogação, 2º prazo",
  "111502": "Cancelamento do pedido de prorrogação, 1º prazo",
  "111503": "Cancelamento do pedido de prorrogação, 2º prazo",
  "112110": "Pagamento integral para liberar crédito presumido do adquirente",
  "112120": "Importação em ALC/ZFM não convertida em isenção",
  "112130": "Perda, roubo, furto ou perecimento no transporte contratado pelo fornecedor",
  "112140": "Fornecimento não realizado com pagamento antecipado",
  "112150": "Atualização da data de previsão de entrega",
  "210200": "Confirmação da operação",
  "210210": "Ciência da operação",
  "210220": "Desconhecimento da operação",
  "210240": "Operação não realizada",
  "211110": "Solicitação de apropriação de crédito presumido",
  "211120": "Destinação de item para consumo pessoal",
  "211124": "Perda, roubo, furto ou perecimento no transporte contratado pelo adquirente",
  "211128": "Aceite de débito na apuração por nota de crédito",
  "211130": "Imobilização de item",
  "211140": "Solicitação de apropriação de crédito de combustível",
  "211150": "Solicitação de apropriação de crédito que depende de atividade do adquirente",
  "212110": "Manifestação sobre transferência de crédito de IBS em sucessão",
  "212120": "Manifestação sobre transferência de crédito de CBS em sucessão",
  "412120": "Manifestação do fisco sobre transferência de crédito de IBS em sucessão",
  "412130": "Manifestação do fisco sobre transferência de crédito de CBS em sucessão",
  "610130": "Comprovante de entrega do CT-e",
  "610131": "Cancelamento do comprovante de entrega do CT-e",
  "630690": "Vistoria SUFRAMA (SEFAZ)",
  "790700": "Averbação de exportação",
  "990900": "Vistoria SUFRAMA",
  "990910": "Internalização na SUFRAMA",
};

/** The author of a kind whose name is not known, by the first digit of tpEvento. */
const BY_AUTHOR: Readonly<Record<string, string>> = {
  "1": "Evento do emitente",
  "2": "Evento do destinatário",
  "4": "Evento do fisco",
  "6": "Evento de outro documento fiscal",
  "7": "Evento da Receita Federal",
  "9": "Evento de outro órgão",
};

/** The types with a name of their own. */
export const NAMED_EVENTS: readonly string[] = Object.keys(NAMES);

/** The name of a kind of event (Portuguese), without a full stop. */
export const eventName = (type: string): string =>
  NAMES[type] ?? BY_AUTHOR[type.slice(0, 1)] ?? "Evento da SEFAZ";
