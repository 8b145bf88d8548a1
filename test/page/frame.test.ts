import { testSentences } from "./bun-world.ts";
import { frameSentences, loginSentences } from "./sentences/frame.ts";

testSentences(loginSentences, { signedIn: false });
testSentences(frameSentences);
