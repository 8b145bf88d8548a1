import { testSentences } from "./bun-world.ts";
import { besidesSentences } from "./sentences/besides.ts";

testSentences(besidesSentences);
