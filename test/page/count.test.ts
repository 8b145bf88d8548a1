import { testSentences } from "./bun-world.ts";
import { countSentences } from "./sentences/count.ts";
import { cameraSentences, countReviewSentences } from "./sentences/count-review.ts";
import { videoOfCode } from "./video.ts";

testSentences(countSentences);
testSentences(countReviewSentences);
testSentences(cameraSentences, { video: videoOfCode });
