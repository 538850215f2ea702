import type { Operation } from "#services/kit/service.ts";
import { readObject } from "../objects/read-object.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export const headObject: Operation<"s3", "HeadObject", S3State> = (input, context) =>
  context.store.transaction(async (tx) => (await readObject(tx, context, input, "HEAD")).head);
