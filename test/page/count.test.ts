import { testSentences } from "./bun-world.ts";
import { countSentences } from "./sentences/count.ts";

testSentences(countSentences);
