import { testSentences } from "./bun-world.ts";
import { exportSentences } from "./sentences/exports.ts";

testSentences(exportSentences);
