/** Who is let in. In a module of its own, so that the package's types need nothing else of the gateway. */
export const authModes = ["open", "signed"] as const;
export type AuthMode = (typeof authModes)[number];
