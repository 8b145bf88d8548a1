import { z } from "zod";

const note = {
  access_key: z.string().meta({ description: "Chave de acesso da nota" }),
};

const certificate = { certificate_id: z.string() };

/** Events of the feed about what comes from the tax office's services, and what is sent to them; a part of feed-events.ts. */
export const TAX_OFFICE_EVENTS = {
  "nfe.announced": {
    when: "A SEFAZ anunciou, por um resumo, uma nota emitida contra a empresa que ainda não está aqui",
    payload: z.object({
      ...note,
      cnpj: z.string().meta({ description: "O CNPJ da empresa a que ela foi distribuída" }),
    }),
  },
  "sefaz.failing": {
    when: "A busca de notas de um CNPJ na SEFAZ falha há mais de duas horas; uma vez até que uma consulta dê certo",
    payload: z.object({
      cnpj: z.string(),
      code: z.string().meta({ description: "O cStat, ou a falha da última consulta" }),
      since: z.iso.datetime().meta({ description: "A primeira consulta que falhou" }),
    }),
  },
  "nfe.statement": {
    when: "Uma manifestação do destinatário foi pedida, registrada pela SEFAZ ou recusada por ela",
    payload: z.object({
      ...note,
      event: z.string().meta({ description: "tpEvento" }),
      statement_id: z.string(),
      state: z.enum(["asked", "done", "refused"]),
      code: z.string().optional().meta({ description: "O cStat da SEFAZ" }),
    }),
  },
  "certificate.added": {
    when: "Um certificado A1 da empresa foi guardado, ou guardado de novo",
    payload: z.object({ ...certificate, cnpj: z.string(), ends_at: z.iso.datetime() }),
  },
  "certificate.removed": {
    when: "Um certificado A1 da empresa foi removido",
    payload: z.object(certificate),
  },
  "certificate.ending": {
    when: "Um certificado A1 termina em 30, 15, 7 ou 1 dia, ou terminou, e nenhum outro do mesmo CNPJ vale por mais tempo; uma vez para cada um destes prazos",
    payload: z.object({
      ...certificate,
      cnpj: z.string(),
      days: z.int().meta({ description: "Dias até o fim; 0: terminou" }),
      ends_at: z.iso.datetime(),
    }),
  },
} as const;
