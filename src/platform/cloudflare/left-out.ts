/**
 * Stands in the Worker's bundle for modules of packages that nothing of ours calls and no bundler drops (wrangler.toml, [alias];
 * test/edge/bundle.test.mjs knows who imports it). What is named here is imported by name, and is not there.
 */
export const htmlEntities = {};
export const [INVALID, ZodCompileAsyncError, ZodCompileUnsupportedError]: undefined[] = [];
export const [compile, withParser, fromJSONSchema]: undefined[] = [];
