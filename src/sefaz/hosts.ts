import type { SefazAddress, SefazEnvironment, SefazService } from "../ports/sefaz.ts";
import { actionOf } from "./wire/soap.ts";

/**
 * Addresses of production and homologation. Source: Portal Nacional da NF-e, "Relação de Serviços Web", as sped-nfe
 * (storage/wsnfe_4.00_mod55.xml) and two more libraries have them; none was called by us.
 */
const NATIONAL: Readonly<
  Record<Exclude<SefazService, "query">, Readonly<Record<SefazEnvironment, string>>>
> = {
  distribution: {
    "1": "https://www1.nfe.fazenda.gov.br/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx",
    "2": "https://hom1.nfe.fazenda.gov.br/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx",
  },
  statement: {
    "1": "https://www.nfe.fazenda.gov.br/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx",
    "2": "https://hom1.nfe.fazenda.gov.br/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx",
  },
};

/** NFeConsultaProtocolo4 of each authorising body: production, homologation. */
const QUERY: Readonly<Record<string, Readonly<Record<SefazEnvironment, string>>>> = {
  AM: {
    "1": "https://nfe.sefaz.am.gov.br/services2/services/NfeConsulta4",
    "2": "https://homnfe.sefaz.am.gov.br/services2/services/NfeConsulta4",
  },
  BA: {
    "1": "https://nfe.sefaz.ba.gov.br/webservices/NFeConsultaProtocolo4/NFeConsultaProtocolo4.asmx",
    "2": "https://hnfe.sefaz.ba.gov.br/webservices/NFeConsultaProtocolo4/NFeConsultaProtocolo4.asmx",
  },
  GO: {
    "1": "https://nfe.sefaz.go.gov.br/nfe/services/NFeConsultaProtocolo4",
    "2": "https://homolog.sefaz.go.gov.br/nfe/services/NFeConsultaProtocolo4",
  },
  MG: {
    "1": "https://nfe.fazenda.mg.gov.br/nfe2/services/NFeConsultaProtocolo4",
    "2": "https://hnfe.fazenda.mg.gov.br/nfe2/services/NFeConsultaProtocolo4",
  },
  MS: {
    "1": "https://nfe.sefaz.ms.gov.br/ws/NFeConsultaProtocolo4",
    "2": "https://hom.nfe.sefaz.ms.gov.br/ws/NFeConsultaProtocolo4",
  },
  MT: {
    "1": "https://nfe.sefaz.mt.gov.br/nfews/v2/services/NfeConsulta4",
    "2": "https://homologacao.sefaz.mt.gov.br/nfews/v2/services/NfeConsulta4",
  },
  PE: {
    "1": "https://nfe.sefaz.pe.gov.br/nfe-service/services/NFeConsultaProtocolo4",
    "2": "https://nfehomolog.sefaz.pe.gov.br/nfe-service/services/NFeConsultaProtocolo4",
  },
  PR: {
    "1": "https://nfe.sefa.pr.gov.br/nfe/NFeConsultaProtocolo4",
    "2": "https://homologacao.nfe.sefa.pr.gov.br/nfe/NFeConsultaProtocolo4",
  },
  RS: {
    "1": "https://nfe.sefazrs.rs.gov.br/ws/NfeConsulta/NfeConsulta4.asmx",
    "2": "https://nfe-homologacao.sefazrs.rs.gov.br/ws/NfeConsulta/NfeConsulta4.asmx",
  },
  SP: {
    "1": "https://nfe.fazenda.sp.gov.br/ws/nfeconsultaprotocolo4.asmx",
    "2": "https://homologacao.nfe.fazenda.sp.gov.br/ws/nfeconsultaprotocolo4.asmx",
  },
  SVAN: {
    "1": "https://www.sefazvirtual.fazenda.gov.br/NFeConsultaProtocolo4/NFeConsultaProtocolo4.asmx",
    "2": "https://hom.sefazvirtual.fazenda.gov.br/NFeConsultaProtocolo4/NFeConsultaProtocolo4.asmx",
  },
  SVRS: {
    "1": "https://nfe.svrs.rs.gov.br/ws/NfeConsulta/NfeConsulta4.asmx",
    "2": "https://nfe-homologacao.svrs.rs.gov.br/ws/NfeConsulta/NfeConsulta4.asmx",
  },
};

/** The authorising body of each state, by its cUF; the virtual one of RS serves the rest. */
const BODY_OF: Readonly<Record<string, string>> = {
  "13": "AM",
  "29": "BA",
  "52": "GO",
  "31": "MG",
  "50": "MS",
  "51": "MT",
  "26": "PE",
  "41": "PR",
  "43": "RS",
  "35": "SP",
  "21": "SVAN",
};
const STATE = /^(?:1[1-7]|2[1-9]|3[1235]|4[123]|5[0-3])$/;

/** A row of SEFAZ_URLS: an address for `distribution`, `statement`, `query`, or `query.35` (that of one state). */
export interface SefazOverride {
  readonly name: string;
  readonly url: string;
}

/** Where a call goes: the rows of SEFAZ_URLS come first, a state's own before that of all. Null: no such state. */
export function addressOf(
  service: SefazService,
  environment: SefazEnvironment,
  state: string | undefined,
  overrides: readonly SefazOverride[] = [],
): SefazAddress | null {
  const own = (name: string) => overrides.find((one) => one.name === name)?.url;
  const replaced = (service === "query" ? own(`query.${state}`) : undefined) ?? own(service);
  const url = replaced ?? listed(service, environment, state);
  if (url === undefined) return null;
  const isNational = replaced === undefined && service !== "query";
  return { url, action: actionOf(service), maxTls: isNational ? "TLSv1.2" : null };
}

function listed(
  service: SefazService,
  environment: SefazEnvironment,
  state = "",
): string | undefined {
  if (service !== "query") return NATIONAL[service][environment];
  if (!STATE.test(state)) return undefined;
  return QUERY[BODY_OF[state] ?? "SVRS"]?.[environment];
}

/** The names of all hosts that the table has, for documentation and tests. */
export const listedHosts = (): string[] => [
  ...new Set(
    [...Object.values(NATIONAL), ...Object.values(QUERY)]
      .flatMap((by) => [by["1"], by["2"]])
      .map((url) => new URL(url).hostname),
  ),
];
