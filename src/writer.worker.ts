import { serveWriterThread } from "./platform/bun/database/writer-requests.ts";

/** Door: the thread that writes. Statements in, rows out; it knows no note and no table. */
serveWriterThread();
