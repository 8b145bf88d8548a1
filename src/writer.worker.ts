import { serveWriterThread } from "./platform/bun/database/writer-requests.ts";

/** Door: the thread that writes. It runs statements and returns rows; it contains no code of the domain. */
serveWriterThread();
