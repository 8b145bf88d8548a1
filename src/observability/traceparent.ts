/** A trace and the span within it, as `traceparent` carries them: lower-case hexadecimal. */
export interface TraceContext {
  /** 32 digits. */
  readonly trace: string;
  /** 16 digits. */
  readonly span: string;
  readonly sampled: boolean;
}

const SHAPE =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` (W3C Trace Context, section 3.2); null for none and for a malformed one, which is ignored. A later
 * version than 00 may have more fields after the flags.
 */
export function parseTraceparent(header: string | null): TraceContext | null {
  const [, version, trace = "", span = "", flags = "", more] = SHAPE.exec(header ?? "") ?? [];
  if (version === undefined || (version === "00" && more !== undefined)) return null;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The context as a `traceparent` of version 00. */
export const formatTraceparent = ({ trace, span, sampled }: TraceContext): string =>
  `00-${trace}-${span}-${sampled ? "01" : "00"}`;
