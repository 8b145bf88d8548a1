const MIB = 1_048_576;

/** A count as a person in Brazil reads it: `10.000`. */
export const counted = (count: number): string =>
  String(count).replace(/\B(?=(?:[0-9]{3})+$)/g, ".");

/** A limit in bytes as a person reads it: whole megabytes (of 2²⁰ bytes) from one on, else bytes. */
export const megabytes = (bytes: number): string =>
  bytes >= MIB ? `${counted(Math.floor(bytes / MIB))} MB` : `${counted(bytes)} bytes`;
