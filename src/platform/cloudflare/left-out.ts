/**
 * Replaces modules of packages in the Worker's bundle that our code never calls and that no bundler drops (wrangler.toml,
 * [alias]; test/edge/bundle.test.mjs lists the importers). Its names exist because they are imported; they are undefined.
 */
// The text of a mail as HTML, and the other way: only its files are read.
const noText = () => "";

export {
  noText as formatHtmlHeader,
  noText as formatTextHeader,
  noText as htmlToText,
  noText as textToHtml,
};
/** zod asks for its English messages once; those in Portuguese replace them (src/http/language.ts). */
export default () => ({});
export const [INVALID, ZodCompileAsyncError, ZodCompileUnsupportedError]: undefined[] = [];
export const [compile, withParser, fromJSONSchema]: undefined[] = [];
// Schemas made from others.
export const [deepPartial, input, output]: undefined[] = [];
// Schemas as JSON Schema: the contract is made by zod-to-openapi.
export const [createToJSONSchemaMethod, createStandardJSONSchemaMethod]: undefined[] = [];
export const [JSONSchemaGenerator, extractDefs, finalize, handleUnrepresentable]: undefined[] = [];
export const [initializeContext, processSchema]: undefined[] = [];
// ZIPs with a password are refused.
export const [AESEncryptionStream, AESDecryptionStream]: undefined[] = [];
export const [ZipCryptoEncryptionStream, ZipCryptoDecryptionStream]: undefined[] = [];
/** Whether a part of a query is an enum of PostgreSQL. */
export const isPgEnum = () => false;
// drizzle's builder serves reads alone, without its relational queries.
export const [SQLiteInsertBuilder, SQLiteUpdateBuilder, SQLiteDeleteBase]: undefined[] = [];
export const [getOperators, getOrderByOperators, normalizeRelation]: undefined[] = [];
export const [Many, One, RelationalQueryBuilder]: undefined[] = [];
export const [createTableRelationsHelpers, extractTablesRelationalConfig]: undefined[] = [];
