import type { AccountsFailure } from "./accounts/failures.ts";
import type { ExportFailure } from "./export/failures.ts";
import type { IngestFailure } from "./ingest/verdict/failures.ts";
import type { FeedFailure, JobFailure } from "./journal/failures.ts";
import type { MailFailure } from "./mail/failures.ts";
import type { NfeFailure } from "./nfe/failures.ts";
import type { PlatformFailure } from "./ports/failures.ts";
import type { StockFailure } from "./stock/failures.ts";

/** Every failure that a part of the program may end in. http/problem.ts says each on the wire. */
export type Failure =
  | NfeFailure
  | IngestFailure
  | StockFailure
  | AccountsFailure
  | ExportFailure
  | FeedFailure
  | JobFailure
  | MailFailure
  | PlatformFailure;
