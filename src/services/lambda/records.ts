/** What AWS Lambda keeps. */
import type { Output } from "#model/sdk.ts";
import { collection } from "#store/collection.ts";

/** As lists show it. Give it members of its own as soon as more is kept than is shown. */
type Listed = NonNullable<Output<"lambda", "ListFunctions">["Functions"]>[number];

/** By name. */
export const functions = collection<Listed>("lambda", "function");
