/** The receiver of test/contracts/outgoing.ts. */
export function contractReceiver(): Promise<{ readonly url: string; close(): void }>;
