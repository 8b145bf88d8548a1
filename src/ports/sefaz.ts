import type { Result } from "../lib/result.ts";
import type { SefazFault } from "./sefaz-fault.ts";

/** tpAmb: 1 production, 2 homologation (test). */
export type SefazEnvironment = "1" | "2";

/**
 * Services of the tax office: `distribution` (NFeDistribuicaoDFe) and `statement` (NFeRecepcaoEvento4) of the national body, `query`
 * (NFeConsultaProtocolo4) of the state that authorised the note.
 */
export type SefazService = "distribution" | "statement" | "query";

/** An A1 certificate with its private key. It is a secret: in memory only, in no log, row or answer. */
export interface OpenCertificate {
  /** PKCS #12, as it was given. */
  readonly pfx: Uint8Array;
  readonly passphrase: string;
}

export interface SefazRequest {
  readonly environment: SefazEnvironment;
  /** The SOAP 1.2 envelope. */
  readonly body: string;
  readonly certificate: OpenCertificate;
  readonly signal: AbortSignal;
  /** cUF of the access key, two digits; only `query` needs it. */
  readonly state?: string;
}

/** Where a service is. */
export interface SefazAddress {
  readonly url: string;
  /** SOAP action. */
  readonly action: string;
  /**
   * The highest version of TLS to offer. 1.3 has no renegotiation, by which the national hosts ask for the certificate; null: what
   * both sides have.
   */
  readonly maxTls: "TLSv1.2" | null;
}

/** The address of a service in an environment and, for `query`, a state; null: it has none. */
export type SefazAddressOf = (
  service: SefazService,
  environment: SefazEnvironment,
  state: string | undefined,
) => SefazAddress | null;

export interface SefazCaller {
  /**
   * Posts a message to a service with the client's certificate: the bytes of the answer, at most 4 MiB. Never rejects: every
   * reason for no answer is a SefazFault. One call is one request: nothing is sent twice.
   */
  call(service: SefazService, request: SefazRequest): Promise<Result<Uint8Array, SefazFault>>;
}
