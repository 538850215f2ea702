import { collection, type Scope } from "#store/collection.ts";

export type UrlAuthType = "NONE" | "AWS_IAM";

export interface UrlCors {
  allowCredentials: boolean;
  allowHeaders: string[];
  allowMethods: string[];
  allowOrigins: string[];
  exposeHeaders: string[];
  maxAgeSeconds: number | undefined;
}

/** A function's own address. */
export interface UrlRecord {
  urlId: string;
  functionName: string;
  /** An alias, or "$LATEST". */
  qualifier: string;
  authType: UrlAuthType;
  cors: UrlCors | undefined;
  invokeMode: "BUFFERED" | "RESPONSE_STREAM";
  createdMs: number;
  modifiedMs: number;
}

/** By function name and qualifier. */
export const functionUrls = collection<UrlRecord>("lambda", "function-url");
/** Whose each URL is, by its id; see `everywhere`. */
export const urlIds = collection<{ scope: Scope; functionName: string; qualifier: string }>(
  "lambda",
  "function-url-id",
);
