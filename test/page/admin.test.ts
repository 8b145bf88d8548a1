import { testSentences } from "./bun-world.ts";
import { accountSentences } from "./sentences/account.ts";
import { adminSentences } from "./sentences/admin.ts";
import { certificateSentences } from "./sentences/certificates.ts";

testSentences(adminSentences);
testSentences(accountSentences);
testSentences(certificateSentences);
