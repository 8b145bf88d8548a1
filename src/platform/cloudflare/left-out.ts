// By its path: zod names no part of its core alone.
import { aggregateChecks as limitsOf } from "../../../node_modules/zod/v4/core/json-schema-processors.js";

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
// zod's writer of JSON Schema: zod-to-openapi writes the contract, and reads a schema's limits (`minLength` …) by `aggregateChecks`.
export const aggregateChecks = limitsOf;
export const [
  anyProcessor,
  arrayProcessor,
  bigintProcessor,
  booleanProcessor,
  catchProcessor,
]: undefined[] = [];
export const [
  customProcessor,
  dateProcessor,
  defaultProcessor,
  enumProcessor,
  fileProcessor,
]: undefined[] = [];
export const [
  functionProcessor,
  intersectionProcessor,
  lazyProcessor,
  literalProcessor,
  mapProcessor,
]: undefined[] = [];
export const [
  nanProcessor,
  neverProcessor,
  nonoptionalProcessor,
  nullProcessor,
  nullableProcessor,
]: undefined[] = [];
export const [
  numberProcessor,
  objectProcessor,
  optionalProcessor,
  pipeProcessor,
  prefaultProcessor,
]: undefined[] = [];
export const [
  promiseProcessor,
  readonlyProcessor,
  recordProcessor,
  setProcessor,
  stringProcessor,
]: undefined[] = [];
export const [
  successProcessor,
  symbolProcessor,
  templateLiteralProcessor,
  transformProcessor,
  tupleProcessor,
]: undefined[] = [];
export const [undefinedProcessor, unionProcessor, unknownProcessor, voidProcessor]: undefined[] =
  [];
export const [JSONSchemaGenerator, toJSONSchema]: undefined[] = [];
export const [
  extractDefs,
  finalize,
  handleUnrepresentable,
  initializeContext,
  processSchema,
]: undefined[] = [];
/** A schema's own `toJSONSchema`, and that of the Standard Schema: nothing asks for them. */
const nothing = () => () => undefined;

/** zod's texts in English, its default until src/http/language.ts, which every request needs, has set ours. */
const noTexts = () => ({});

export {
  noTexts as default,
  nothing as createStandardJSONSchemaMethod,
  nothing as createToJSONSchemaMethod,
};
