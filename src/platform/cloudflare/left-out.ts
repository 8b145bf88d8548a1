/**
 * Stands in the Worker's bundle for modules of packages that nothing of ours calls and no bundler drops (wrangler.toml, [alias]).
 */
export {};
