import { testSentences } from "./bun-world.ts";
import { traySentences } from "./sentences/tray.ts";

testSentences(traySentences);
