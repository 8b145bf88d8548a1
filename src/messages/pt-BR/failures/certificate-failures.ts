import type { Failure, FailureOf } from "../../../failures.ts";
import { taxpayerText } from "../../../lib/taxpayer-text.ts";

type CertificateCode = Extract<Failure["code"], `certificate.${string}`>;

const UNREADABLE: Readonly<Record<FailureOf<"certificate.unreadable">["why"], string>> = {
  not_pkcs12:
    "O arquivo não é um certificado A1 (PFX ou P12), ou tem uma criptografia que não é conhecida",
  no_key: "O arquivo não tem a chave privada do certificado; exporte-o de novo com ela",
  not_rsa: "A chave do certificado não é RSA, que é a que a SEFAZ aceita",
  too_slow: "O arquivo foi feito de um modo que demora demais para abrir; exporte-o de novo",
  not_x509: "O certificado do arquivo não pode ser lido",
};
const day = (iso: string): string => iso.slice(0, 10).split("-").reverse().join("/");

/** The sentences of failures about certificates. */
export const CERTIFICATE_SENTENCES: {
  readonly [C in CertificateCode]: string | ((failure: FailureOf<C>) => string);
} = {
  "certificate.not_supported":
    "Este servidor não usa certificados; use-os em um servidor próprio ou com o agente (sge sefaz run)",
  "certificate.not_found": "Certificado não encontrado",
  "certificate.too_many": ({ limit }) =>
    `A empresa já tem ${limit} certificados; remova antes os que terminaram`,
  "certificate.passphrase": "A senha do certificado não é esta",
  "certificate.unreadable": ({ why }) => UNREADABLE[why],
  "certificate.other_holder": ({ cnpj }) =>
    cnpj === null
      ? "O certificado não é de uma empresa: falta nele o CNPJ (é de uma pessoa?)"
      : `O certificado é do CNPJ ${taxpayerText(cnpj)}, que não é da empresa; se for, inclua-o antes nos dados dela`,
  "certificate.expired": ({ until }) => `O certificado terminou em ${day(until)}; use o novo`,
  "certificate.not_yet_valid": ({ from }) => `O certificado só vale a partir de ${day(from)}`,
  "certificate.usage": "O certificado não serve para assinar; use o e-CNPJ ou o de NF-e (A1)",
  "certificate.file": ({ file }) =>
    `O arquivo ${file} não está na pasta de certificados do servidor, não abre com esta senha ou não é o certificado da empresa`,
  "certificate.none": ({ cnpj }) => `Não há certificado válido para o CNPJ ${taxpayerText(cnpj)}`,
  "certificate.secret_unreadable":
    "O certificado não pode mais ser aberto, porque o segredo do serviço mudou; cadastre-o de novo",
};
