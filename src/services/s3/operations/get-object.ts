import type { Operation } from "#services/kit/service.ts";
import { invalidObjectState } from "../errors.ts";
import { openContent } from "../objects/content.ts";
import { readObject } from "../objects/read-object.ts";
import { isArchived } from "../objects/settings.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: Operation<"s3", "GetObject", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { record, range, head } = await readObject(tx, context, input, "GET");
    if (isArchived(record)) throw invalidObjectState(record.storageClass!);
    return { ...head, Body: await openContent(tx, context, record.content, range) };
  });
