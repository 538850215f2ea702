/** Signature Version 4, as the gateway uses it. */
export { trailersOf } from "./chunked.ts";
export { missingToken, unknownAccessKey } from "./refusals.ts";
export { createSigningKeys, type SigningKeys } from "./signing-keys.ts";
export { openPayload, verify, type Secret, type VerifyOptions } from "./verify.ts";
