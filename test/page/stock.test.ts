import { testSentences } from "./bun-world.ts";
import { productSentences } from "./sentences/product.ts";
import { stockSentences } from "./sentences/stock.ts";

testSentences(stockSentences);
testSentences(productSentences);
