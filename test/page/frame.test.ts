import { testSentences } from "./bun-world.ts";
import { frameSentences } from "./sentences/frame.ts";
import { loginSentences } from "./sentences/login.ts";

testSentences(loginSentences, { signedIn: false });
testSentences(frameSentences);
