/**
 * How the service makes folders: invoices, hashes and secrets stand in them, so nobody else of the machine looks in. One
 * that is there already stays as its owner made it.
 */
export const PRIVATE = { recursive: true, mode: 0o700 } as const;
