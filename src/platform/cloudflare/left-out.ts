/**
 * Replaces modules of packages in the Worker's bundle that our code never calls and that no bundler drops (wrangler.toml,
 * [alias]; test/edge/bundle.test.mjs lists the importers). Its names exist because they are imported; they are undefined. Web workers
 * of zip.js, imported without a name, stay out because `configure` switches them off (src/ingest/upload/zip.ts).
 */
// zod's compiler, and its reader of JSON Schema: no schema of ours is compiled, or comes from one (src/http/contract writes them).
export const [INVALID, ZodCompileAsyncError, ZodCompileUnsupportedError]: undefined[] = [];
export const [compile, withParser, fromJSONSchema]: undefined[] = [];
// The text of a mail as HTML, and the other way: `renderTextContent`, which alone calls them, is overridden (src/mail/mime.ts).
export const [formatHtmlHeader, formatTextHeader, htmlToText, textToHtml]: undefined[] = [];
// Encrypted entries are refused before they are read (src/ingest/upload/zip.ts).
export const [AESEncryptionStream, AESDecryptionStream]: undefined[] = [];
export const [ZipCryptoEncryptionStream, ZipCryptoDecryptionStream]: undefined[] = [];
