/** A route's refusal of a request that this service made to itself: its status and its problem document. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(String(problem.code ?? status));
    this.name = "Refused";
  }
}
