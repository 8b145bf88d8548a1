import { keyMismatches } from "../../nfe/check/check.ts";
import type { Item, NfeEvent, Note } from "../../nfe/note.ts";
import { hasNumber } from "../../nfe/protocol.ts";
import { isCancellation } from "../../nfe/read/cancellations.ts";
import { referencesOf } from "../../nfe/references.ts";
import type { Kind } from "./cfop-table.ts";
import { BY_EVENTS } from "./event-rules.ts";
import { contradicts } from "./item-rules.ts";
import { type Judged, type NoteRule, refusedUnseen, told } from "./rule-input.ts";
import { BY_SIGNATURE } from "./signature-rules.ts";
import { listed, partyName } from "./wording.ts";

const CANCELLED = ["101", "151", "155"];
const AUTHORISED = ["100", "120", "150"];

/** An event of another environment says nothing of this note. */
const cancels = (event: NfeEvent, note: Note): boolean =>
  event.accessKey === note.accessKey &&
  isCancellation(event) &&
  (event.tpAmb === null || event.tpAmb === note.ide.tpAmb);

const itemsOfKind = (seen: Judged, ...kinds: Kind[]): Item[] =>
  seen.note.items.filter((_, i) => kinds.includes(seen.kinds[i] ?? "ask"));

/** Neither of them is us; a refusal that is none of our stock's business is addressed to us all the same. */
const isStrangers = (seen: Judged): boolean => seen.direction === "none" && !refusedUnseen(seen);

const numbers = (items: readonly Item[]): number[] => items.map((item) => item.nItem);

/** Services with documents of their own (NFCom, CT-e): x301 to x307 and x351 to x360, as exits. */
const NOT_IN_NFE = /^[567]3(?:0[1-7]|5[1-9]|60)$/;

const OTHER_ENVIRONMENT = { production: "2", homologation: "1" } as const;

/** What the note as a whole waits for, in the order of HOLD_CODES, and what is worth telling. All that apply are told. */
export const NOTE: readonly NoteRule[] = [
  {
    rule: "note.environment",
    source: "leiauteNFe_v4.00, ide/tpAmb and protNFe/infProt/tpAmb",
    hold: "homologation",
    says: ({ note, company }) => {
      const other = OTHER_ENVIRONMENT[company.environment];
      if (note.ide.tpAmb !== other && note.protocol?.tpAmb !== other) return null;
      return company.environment === "production"
        ? "A nota foi emitida em homologação (teste) e não tem valor fiscal: peça ao emitente a nota de produção."
        : "A nota é de produção e esta empresa só aceita notas de homologação: confira o ambiente nas configurações.";
    },
  },
  {
    rule: "note.no_protocol",
    source: "MOC: an NF-e is valid with its authorisation (procNFe_v4.00, protNFe/infProt/nProt)",
    hold: "no_protocol",
    says: ({ note }) =>
      !hasNumber(note.protocol)
        ? "O arquivo não traz o protocolo de autorização da SEFAZ e não comprova que a nota foi autorizada: envie o XML completo (nfeProc)."
        : null,
  },
  {
    rule: "note.not_authorised",
    source:
      "MOC, table of cStat, and NT 2026.002: 100, 120 and 150 authorise; 110, 301, 302, 303 deny; others reject",
    hold: "not_authorised",
    says: ({ note: { protocol } }) =>
      protocol === null || [...AUTHORISED, ...CANCELLED].includes(protocol.cStat)
        ? null
        : `A SEFAZ não autorizou esta nota (cStat ${protocol.cStat}): não dê entrada na mercadoria e fale com o emitente.`,
  },
  {
    rule: "note.authorised_with_alert",
    source: "NT 2026.002, protNFe/infProt/cStat 120 with cMsg and xMsg: authorised, with an alert",
    finding: { code: "authorised_with_alert", severity: "warning" },
    says: ({ note: { protocol } }) => {
      if (protocol?.cStat !== "120") return null;
      const alerts = protocol.alerts.map(({ cMsg, xMsg }) => `${xMsg} (${cMsg})`).join("; ");
      return `A SEFAZ autorizou a nota com alerta (cStat 120)${alerts === "" ? "" : `: ${alerts}`}.`;
    },
  },
  {
    rule: "note.protocol_mismatch",
    source: "procNFe_v4.00, protNFe/infProt/chNFe",
    hold: "protocol_mismatch",
    says: ({ note }) =>
      note.protocol === null || note.protocol.chNFe === note.accessKey
        ? null
        : "O protocolo é de outra nota (a chave não é a mesma): peça ao emitente o XML original.",
  },
  {
    rule: "note.key_mismatch",
    source: "MOC, composition of the access key",
    hold: "key_mismatch",
    says: ({ note }) => {
      const parts = keyMismatches(note);
      return parts.length === 0
        ? null
        : `A chave de acesso não confere com os dados da nota (${parts.join(", ")}): peça ao emitente o XML original.`;
    },
  },
  {
    rule: "note.cancelled_protocol",
    source: "MOC, table of cStat: 101, 151, 155",
    hold: "cancelled",
    says: ({ note: { protocol } }) =>
      protocol !== null && CANCELLED.includes(protocol.cStat)
        ? `A SEFAZ informa que a nota foi cancelada (cStat ${protocol.cStat}): não dê entrada na mercadoria.`
        : null,
  },
  {
    rule: "note.cancelled_inside",
    source:
      "Events 110111 and 110112 with cStat 135, 136 or 155, and retCancNFe with cStat 101 or 151, anywhere in the file",
    hold: "cancelled",
    says: ({ note }) =>
      note.cancelledBy.some((event) => cancels(event, note))
        ? "O próprio arquivo traz o cancelamento registrado da nota: não dê entrada na mercadoria."
        : null,
  },
  ...BY_EVENTS,
  {
    rule: "note.not_ours",
    source: "Own decision: a stranger's note never moves our stock by itself",
    hold: "not_ours",
    says: (seen) =>
      isStrangers(seen)
        ? `A nota é de ${partyName(seen.note.emit)} para ${partyName(seen.note.dest)}, e nenhum dos dois está cadastrado na empresa. Se um deles for seu, cadastre-o nas configurações; senão, descarte a nota.`
        : null,
  },
  {
    rule: "note.same_root",
    source:
      "IN RFB 2.229/2024: the first 8 characters of a CNPJ name the company, the next 4 the branch",
    finding: { code: "same_root", severity: "warning" },
    says: (seen) => {
      const { company, note } = seen;
      const roots = new Set(company.cnpjs.map((own) => own.slice(0, 8)));
      const branch = [note.emit.cnpj, note.dest?.cnpj].find(
        (other) => other !== null && other !== undefined && roots.has(other.slice(0, 8)),
      );
      return !isStrangers(seen) || branch === undefined
        ? null
        : `O CNPJ ${branch} tem a mesma raiz da empresa e parece uma filial que não está nas configurações.`;
    },
  },
  {
    rule: "note.cnpj_unknown",
    source: "Own decision: who has not told a CNPJ takes every note as addressed to it",
    finding: { code: "company_cnpj_unknown", severity: "warning" },
    says: (seen) =>
      told(seen)
        ? null
        : "Nenhum CNPJ cadastrado, por isso não se sabe se a nota é da empresa: cadastre-o nas configurações.",
  },
  {
    rule: "note.no_goods",
    source: "Own decision, from the rules of the items",
    hold: "no_goods",
    says: ({ kinds }) =>
      kinds.every((kind) => kind === "none")
        ? "Nenhum item desta nota movimenta mercadoria: não há o que lançar no estoque, e a nota pode ser descartada."
        : null,
  },
  {
    rule: "note.complement_quantity",
    source: "MOC, ide/finNFe 2: normally without quantity, but the field is not forbidden",
    finding: { code: "complement_quantity", severity: "warning" },
    says: ({ note }) => {
      const items = numbers(note.items.filter((item) => item.qCom.e4 !== 0));
      return note.ide.finNFe !== "2" || items.length === 0
        ? null
        : {
            message: `A nota complementar traz quantidade (${listed(items)}): se chegou mercadoria, lance um movimento manual.`,
            items,
          };
    },
  },
  {
    rule: "note.unknown_operation",
    source: "Own decision, from the rules of the items",
    hold: "unknown_operation",
    says: (seen) => {
      const asking = itemsOfKind(seen, "ask");
      if (seen.direction === "none" || asking.length === 0) return null;
      const codes = [...new Set(asking.map((item) => item.CFOP))].sort();
      const named = codes.slice(0, 10).join(", ") + (codes.length > 10 ? ", …" : "");
      return {
        message: `Informe o efeito no estoque: ${listed(numbers(asking))} (CFOP ${named}; natureza da operação "${seen.note.ide.natOp}"). Ao aprovar, informe se cada item entra, sai ou não movimenta o estoque.`,
        items: numbers(asking),
      };
    },
  },
  {
    rule: "note.cfop_direction",
    source: "MOC, rules I08-10 and I08-20 (rejections 518, 519)",
    finding: { code: "cfop_direction", severity: "warning" },
    says: (seen) => {
      const items = numbers(seen.note.items.filter((item) => contradicts(item, seen)));
      return items.length === 0
        ? null
        : {
            message: `O CFOP contradiz o tipo da nota (tpNF ${seen.note.ide.tpNF}): ${listed(items)}.`,
            items,
          };
    },
  },
  {
    rule: "note.cfop_not_in_nfe",
    source: "CFOP table of 2026-09-04: 5301 to 5360 and their like have documents of their own",
    finding: { code: "cfop_not_in_nfe", severity: "warning" },
    says: ({ note }) => {
      const items = numbers(note.items.filter(({ CFOP }) => NOT_IN_NFE.test(CFOP)));
      return items.length === 0
        ? null
        : {
            message: `O CFOP é de serviço de comunicação ou de transporte, que não ocorre em NF-e: ${listed(items)}.`,
            items,
          };
    },
  },
  {
    rule: "note.return",
    source:
      "leiauteNFe_v4.00, ide/finNFe 4, and NT 2025.002, rules VC02-05 and VC02-14: the original in det/DFeReferenciado",
    says: ({ note }) => {
      if (note.ide.finNFe !== "4") return null;
      const originals = new Set(referencesOf(note).map(({ accessKey }) => accessKey)).size;
      const which =
        originals === 0
          ? "ela não informa qual é a nota original"
          : "a nota original está em DFeReferenciado de cada item ou, até 15/11/2026, em NFref";
      return `A nota é de devolução: segue a direção de quem a emitiu, e ${which}.`;
    },
  },
  {
    rule: "note.mapping",
    source: "Own decision: company setting require_mapping",
    hold: "mapping",
    says: (seen) => {
      if (!seen.company.requireMapping || seen.direction === "none") return null;
      const unmapped = new Set(seen.known.unmapped ?? []);
      const items = numbers(itemsOfKind(seen, "goods", "ask")).filter((n) => unmapped.has(n));
      return items.length === 0
        ? null
        : {
            message: `Falta associar o código do fornecedor a um produto da empresa: ${listed(items)}.`,
            items,
          };
    },
  },
  ...BY_SIGNATURE,
  {
    rule: "note.retail",
    source: "MOC NFC-e, ide/mod 65: a sale to a consumer over the counter",
    hold: "retail",
    says: ({ note }) =>
      note.ide.mod === "65"
        ? "O documento é uma NFC-e (modelo 65), venda de balcão ao consumidor, e não movimenta o estoque por si só: confira antes de aprovar, ou descarte-a."
        : null,
  },
];
