/** The parts of an operation of the generated document that are completed. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly "x-permission": string;
  /** The list is a CSV too; taken out when the answer says so. */
  "x-csv"?: true;
  description?: string;
  "x-least-role"?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  requestBody?: { required?: boolean; content: Record<string, unknown> };
  responses: Record<string, Answer>;
}

export interface Answer {
  readonly description: string;
  headers?: Record<string, unknown>;
  readonly content?: Record<string, unknown>;
}
