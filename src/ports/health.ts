/** State of the parts that `/api/health/full` shows. */
export interface Health {
  check(
    signal?: AbortSignal,
  ): Promise<{ name: string; ok: boolean; detail: Record<string, string | number> }[]>;
}
