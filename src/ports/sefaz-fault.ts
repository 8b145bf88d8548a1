/** Why there is no answer to read; a refusal by cStat is an answer. */
export type SefazFaultKind =
  /** No connection: the request did not arrive. */
  | "unreachable"
  /** The server's certificate leads to no trusted root, or no common version of TLS. */
  | "tls"
  /** Our PFX does not open with its password, or the server refused it. */
  | "certificate"
  | "timeout"
  /** The connection ended before the end of the answer. */
  | "cut"
  | "aborted"
  /** An HTTP status other than 200, `status`. */
  | "http_status"
  | "too_large"
  | "soap_fault"
  | "web_page"
  /** Bytes that are not in the charset that they declare, nor in Windows-1252. */
  | "charset"
  /** No XML, or none with the answer that was asked for. */
  | "malformed"
  /** No address is known for the service in this environment and state. */
  | "no_address";

export interface SefazFault {
  readonly kind: SefazFaultKind;
  /** The same call may succeed later, without a change by people. */
  readonly isTransient: boolean;
  /** The service may have received the request and acted on it: it counts as a call, and an event may be registered. */
  readonly mayHaveArrived: boolean;
  /** The HTTP status; only `http_status`. */
  readonly status?: number;
  /** What the service says, without line ends, at most 200 characters; untrusted. */
  readonly text?: string;
}

/** Kinds that are gone without a change by people. The status of `http_status` decides for itself. */
const TRANSIENT: ReadonlySet<SefazFaultKind> = new Set<SefazFaultKind>([
  "unreachable",
  "timeout",
  "cut",
  "aborted",
  "web_page",
  "charset",
  "malformed",
]);
/** Kinds that arise before the request is sent. */
const BEFORE_SENDING: ReadonlySet<SefazFaultKind> = new Set<SefazFaultKind>([
  "unreachable",
  "tls",
  "certificate",
  "no_address",
]);
const TRANSIENT_STATUS = new Set([408, 425, 429]);
const MOST_TEXT = 200;

/** What a fault says beyond its kind, and what differs from what follows from it. */
export type FaultDetails = Partial<Omit<SefazFault, "kind">>;

/** A fault of this kind, with what follows from it unless `details` say otherwise. */
export function sefazFault(kind: SefazFaultKind, details: FaultDetails = {}): SefazFault {
  const { status, text, ...otherwise } = details;
  const byStatus = status !== undefined && (status >= 500 || TRANSIENT_STATUS.has(status));
  return {
    kind,
    isTransient: TRANSIENT.has(kind) || byStatus,
    mayHaveArrived: !BEFORE_SENDING.has(kind),
    ...otherwise,
    ...(status === undefined ? {} : { status }),
    ...(text === undefined ? {} : { text: oneLine(text) }),
  };
}

/** A text of the service without line ends and control characters, at most 200 characters. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, MOST_TEXT);
