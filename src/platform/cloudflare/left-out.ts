/**
 * Replaces modules of packages in the Worker's bundle that our code never calls and that no bundler drops (wrangler.toml,
 * [alias]; test/edge/bundle.test.mjs lists the importers). Its names exist because they are imported; they are undefined.
 */
export const htmlEntities = {};
export const [INVALID, ZodCompileAsyncError, ZodCompileUnsupportedError]: undefined[] = [];
export const [compile, withParser, fromJSONSchema]: undefined[] = [];
export const [createEngine, pbkdf2]: undefined[] = [];
