/** Reported by health and OpenAPI; the same in both worlds. */
export const VERSION = "2.0.0";
