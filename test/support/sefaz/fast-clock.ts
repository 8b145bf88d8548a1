/** An hour of the limits is 36 seconds. */
export const FASTER = 100;

const EPOCH = Date.UTC(2026, 10, 1);

/** The same in every process of this machine. */
export const fastClock = { now: () => EPOCH + (Date.now() - EPOCH) * FASTER };
