/** The title of a problem by its status (RFC 9457), for people. */
export const TITLES: Partial<Record<number, string>> = {
  400: "Requisição inválida",
  401: "Não autenticado",
  403: "Não permitido",
  404: "Não encontrado",
  405: "Método não aceito",
  409: "Conflito",
  410: "Não disponível",
  413: "Conteúdo grande demais",
  415: "Tipo de conteúdo não aceito",
  422: "Conteúdo não aceito",
  429: "Muitas requisições",
  500: "Erro interno",
  501: "Não implementado",
  503: "Indisponível",
  504: "Tempo esgotado",
};
