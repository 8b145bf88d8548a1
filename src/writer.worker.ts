import { serveWriterThread } from "./platform/bun/database/writer-requests.ts";
import { giveWay } from "./platform/bun/threads/give-way.ts";

/** Door: the thread that writes. It runs statements and returns rows; it contains no code of the domain. It gives way to requests. */
giveWay();
serveWriterThread();
