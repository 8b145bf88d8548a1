/** The seconds of a header Retry-After; null for a date, which no clock of ours is compared with. */
export function retryAfterOf(text: string | null | undefined): number | null {
  return text != null && /^\d{1,7}$/.test(text.trim()) ? Number(text) : null;
}
