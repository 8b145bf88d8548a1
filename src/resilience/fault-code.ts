/**
 * The code of what failed first: that of the innermost failure of ours in the chain of causes, or else the name of the error.
 * It goes into logs, spans and the reason of a retry; a message, which may hold content, never does.
 */
export function faultCode(error: unknown): string {
  const codes: string[] = [];
  // Bounded: a chain of causes may be a ring.
  for (let next = error, n = 0; next instanceof Error && n < 5; next = next.cause, n++) {
    const failure = "failure" in next ? next.failure : null;
    const code: unknown =
      typeof failure === "object" && failure !== null ? Reflect.get(failure, "code") : null;
    if (typeof code === "string") codes.push(code);
  }
  return codes.at(-1) ?? (error instanceof Error ? error.name : "unknown");
}
