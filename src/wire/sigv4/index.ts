/** Signatures, as the gateway uses them: Version 4, and Version 2 in URLs for S3. */
export { trailersOf } from "./chunked.ts";
export { refuseUnreadable } from "./claim.ts";
export { missingToken, unknownAccessKey, unknownRegion } from "./refusals.ts";
export { createSigningKeys } from "./signing-keys.ts";
export { openPayload, verify } from "./verify.ts";
