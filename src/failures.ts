import type { AccountsFailure } from "./accounts/failures.ts";
import type { AlertFailure } from "./alerts/failures.ts";
import type { ConfirmationFailure } from "./confirmations/failures.ts";
import type { ExportFailure } from "./export/failures.ts";
import type { MoveFailure } from "./homes/failures.ts";
import type { IngestFailure } from "./ingest/verdict/failures.ts";
import type { FeedFailure, IdempotencyFailure, JobFailure } from "./journal/failures.ts";
import type { MailFailure } from "./mail/failures.ts";
import type { NfeFailure } from "./nfe/failures.ts";
import type { PlatformFailure } from "./ports/failures.ts";
import type { ReportFailure } from "./reports/failures.ts";
import type { CertificateFailure } from "./sefaz/certificates/failures.ts";
import type { FetchFailure } from "./sefaz/fetch/failures.ts";
import type { StatementFailure } from "./sefaz/statements/failures.ts";
import type { CatalogFailure, CategoryFailure } from "./stock/catalog/failures.ts";
import type { CountFailure } from "./stock/counting/failures.ts";
import type {
  LotFailure,
  MovementBatchFailure,
  MovementFailure,
  MovementReportFailure,
  StockFailure,
  SupplierItemFailure,
} from "./stock/failures.ts";
import type { WebhookFailure } from "./webhooks/failures.ts";

/** What is wrong with a text that should be JSON; `path` is the JSON pointer of the value, `line` and `column` begin at 1. */
export type JsonFault =
  | { why: "empty" }
  | { why: "syntax" | "too_deep" | "too_many"; line: number; column: number }
  | { why: "duplicate"; path: string }
  | { why: "inexact"; path: string };

/** How a request may fail before it reaches a part of the domain. */
export type RequestFailure =
  /** A JSON body that cannot be read, or that has a member twice. */
  | ({ code: "request.malformed_json" } & (
      | Exclude<JsonFault, { why: "inexact" }>
      | { why: "not_utf8" }
    ))
  /** Bytes of the address that are not UTF-8. `where`: the path, or the parameter of the query. */
  | { code: "request.invalid_encoding"; where: string }
  /** No Host, or one that names no server (RFC 9112, 3.2); several, which the runtime joins by a comma. */
  | { code: "request.invalid_host" }
  /** A web page of an origin that is not allowed asks the assistant's door. */
  | { code: "mcp.origin" }
  /** The assistant's door is for API keys alone. */
  | { code: "mcp.key_needed" };

/** Every failure that a request may end in; src/http/failure-status.ts has the status of each. */
export type AnsweredFailure =
  | NfeFailure
  | IngestFailure
  | StockFailure
  | LotFailure
  | MovementFailure
  | MovementBatchFailure
  | MovementReportFailure
  | SupplierItemFailure
  | CountFailure
  | CatalogFailure
  | CategoryFailure
  | AccountsFailure
  | ConfirmationFailure
  | ExportFailure
  | FeedFailure
  | IdempotencyFailure
  | JobFailure
  | MailFailure
  | ReportFailure
  | WebhookFailure
  | FetchFailure
  | CertificateFailure
  | StatementFailure
  | AlertFailure
  | PlatformFailure
  | RequestFailure;

/** Every failure that a part of the program may end in, also a command on the database; src/messages has the sentence of each. */
export type Failure = AnsweredFailure | MoveFailure;

/** The failure of one code. */
export type FailureOf<C extends Failure["code"]> = Extract<Failure, { code: C }>;
