/** The title of a problem by its status (RFC 9457). */
export const problemTitle = (status: number): string => TITLES[status] ?? "Erro";

const TITLES: Readonly<Partial<Record<number, string>>> = {
  400: "Requisição inválida",
  401: "Não autenticado",
  403: "Não permitido",
  404: "Não encontrado",
  405: "Método não aceito",
  409: "Conflito",
  410: "Não disponível",
  412: "Condição não atendida",
  413: "Conteúdo grande demais",
  415: "Tipo de conteúdo não aceito",
  422: "Conteúdo não aceito",
  429: "Muitas requisições",
  500: "Erro interno",
  501: "Não implementado",
  503: "Indisponível",
  504: "Tempo esgotado",
};

/** The sentence of an answer by its status alone, where no failure says more: unknown path, wrong method, limit of the body. */
export const statusSentence = (status: number): string => STATUSES[status] ?? problemTitle(status);

const STATUSES: Readonly<Partial<Record<number, string>>> = {
  400: "A requisição não pôde ser lida",
  401: "Autenticação necessária",
  403: "Seu perfil não permite esta operação",
  404: "Recurso não encontrado",
  405: "O método não é aceito neste endereço",
  413: "O corpo da requisição é grande demais",
  415: "O tipo do conteúdo não é aceito",
  500: "O sistema falhou ao responder. Tente de novo; se continuar, envie os detalhes ao suporte",
  503: "O serviço está sobrecarregado; tente de novo em instantes",
};

/** The sentence of a request with wrong fields: those that are named, and how many more there are. */
export const invalidFieldsSentence = (named: readonly string[], more: number): string =>
  `A requisição tem campos inválidos: ${named.join("; ")}${more === 0 ? "" : `; e mais ${more}`}`;
