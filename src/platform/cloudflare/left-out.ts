/**
 * Replaces modules of packages in the Worker's bundle that our code never calls and that no bundler drops (wrangler.toml,
 * [alias]; test/edge/bundle.test.mjs lists the importers). Its names exist because they are imported; they are undefined.
 */
export const htmlEntities = {};
/** zod asks for its English messages once; those in Portuguese replace them (src/http/language.ts). */
export default () => ({});
export const [INVALID, ZodCompileAsyncError, ZodCompileUnsupportedError]: undefined[] = [];
export const [compile, withParser, fromJSONSchema]: undefined[] = [];
// Schemas as JSON Schema: the contract is made by zod-to-openapi.
export const [createToJSONSchemaMethod, createStandardJSONSchemaMethod]: undefined[] = [];
export const [JSONSchemaGenerator, extractDefs, finalize, handleUnrepresentable]: undefined[] = [];
export const [initializeContext, processSchema]: undefined[] = [];
// What each kind of schema is as JSON Schema; toJSONSchema alone calls them.
export const [toJSONSchema]: undefined[] = [];
export const [anyProcessor, arrayProcessor, bigintProcessor, booleanProcessor]: undefined[] = [];
export const [catchProcessor, customProcessor, dateProcessor, defaultProcessor]: undefined[] = [];
export const [enumProcessor, fileProcessor, functionProcessor]: undefined[] = [];
export const [intersectionProcessor, lazyProcessor, literalProcessor]: undefined[] = [];
export const [mapProcessor, nanProcessor, neverProcessor, nonoptionalProcessor]: undefined[] = [];
export const [nullProcessor, nullableProcessor, numberProcessor]: undefined[] = [];
export const [objectProcessor, optionalProcessor, pipeProcessor]: undefined[] = [];
export const [prefaultProcessor, promiseProcessor, readonlyProcessor]: undefined[] = [];
export const [recordProcessor, setProcessor, stringProcessor, successProcessor]: undefined[] = [];
export const [symbolProcessor, templateLiteralProcessor, transformProcessor]: undefined[] = [];
export const [tupleProcessor, undefinedProcessor, unionProcessor]: undefined[] = [];
export const [unknownProcessor, voidProcessor]: undefined[] = [];
// ZIPs with a password are refused.
export const [AESEncryptionStream, AESDecryptionStream]: undefined[] = [];
export const [ZipCryptoEncryptionStream, ZipCryptoDecryptionStream]: undefined[] = [];
// drizzle's builder serves reads alone, without its relational queries.
export const [SQLiteInsertBuilder, SQLiteUpdateBuilder, SQLiteDeleteBase]: undefined[] = [];
export const [getOperators, getOrderByOperators, normalizeRelation]: undefined[] = [];
export const [Many, One, RelationalQueryBuilder]: undefined[] = [];
export const [createTableRelationsHelpers, extractTablesRelationalConfig]: undefined[] = [];
