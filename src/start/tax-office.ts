import { forCompany } from "../accounts/home.ts";
import type { Result } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { SefazCaller } from "../ports/sefaz.ts";
import type { CertificateFailure } from "../sefaz/certificates/failures.ts";
import { openCertificate, openForSigning } from "../sefaz/certificates/open.ts";
import { fetchDue } from "../sefaz/fetch/fetch-due.ts";
import { askByRule, companiesWithRule } from "../sefaz/statements/ask-by-rule.ts";
import { sendDue } from "../sefaz/statements/send-due.ts";

/** How often the service looks for calls to the tax office and for statements that are due. */
export const FETCHING_EVERY_MS = 1_000;
export const STATEMENTS_EVERY_MS = 30_000;

/** The work of one home's companies at the tax office, with the certificates that are kept here. */
export interface TaxOffice {
  /** Makes one call for each CNPJ that is due and has a certificate; gives how many. */
  fetch(): Promise<number>;
  /** States ciência by the companies' rules, and sends the statements that are due; gives how many. */
  state(): Promise<number>;
}

/**
 * The calls of this service itself. Those of a CNPJ without a certificate here are left to an agent (`sge sefaz run`). A
 * certificate that is here and does not open is a line of the log, once for each reason.
 */
export function taxOffice(ports: Ports, caller: SefazCaller): TaxOffice {
  const logged = new Map<string, string>();
  const opened = <T>(
    company: number,
    cnpj: string,
    result: Result<T, CertificateFailure>,
  ): T | null => {
    const code = result.ok ? "" : result.error.code;
    const name = `${company} ${cnpj}`;
    if (code !== "" && code !== "certificate.none" && logged.get(name) !== code)
      ports.log("warn", "sefaz.certificate", { company, cnpj, code });
    if (code === "") logged.delete(name);
    else logged.set(name, code);
    return result.ok ? result.value : null;
  };
  return {
    async fetch() {
      return fetchDue(ports, {
        caller,
        onlyHeld: true,
        async certificateOf(company, cnpj) {
          const own = forCompany(ports, company);
          return opened(company, cnpj, await openCertificate(own, company, cnpj));
        },
      });
    },
    async state() {
      for (const company of await companiesWithRule(ports))
        await askByRule(forCompany(ports, company), company);
      return sendDue(ports, {
        caller,
        onlyHeld: true,
        async certificateOf(company, cnpj) {
          const own = forCompany(ports, company);
          const found = opened(company, cnpj, await openForSigning(own, company, cnpj));
          if (found === null) return null;
          const { pfx, passphrase, key, certificate } = found;
          return { open: { pfx, passphrase }, key: { pkcs8: key, certificate } };
        },
      });
    },
  };
}
