/** The one place that says which Node and pnpm build and test this repository. */
export declare const TOOLCHAIN: { readonly node: string; readonly pnpm: string };
/** The repository's root, no slash at the end. */
export declare const ROOT: string;
