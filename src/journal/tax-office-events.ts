import { z } from "zod";

const note = {
  access_key: z.string().meta({ description: "Chave de acesso da nota" }),
};

/** Events of the feed about what comes from the tax office's services, and what is sent to them; a part of feed-events.ts. */
export const TAX_OFFICE_EVENTS = {
  "nfe.announced": {
    when: "A SEFAZ anunciou, por um resumo, uma nota emitida contra a empresa que ainda não está aqui",
    payload: z.object({
      ...note,
      cnpj: z.string().meta({ description: "O CNPJ da empresa a que ela foi distribuída" }),
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
} as const;
