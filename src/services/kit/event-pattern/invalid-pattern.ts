import { AwsError } from "#model/error.ts";

/** EventBridge's error; other services that take patterns have their own words. */
export const invalidPattern = (reason: string) =>
  new AwsError({
    code: "InvalidEventPatternException",
    message: `Event pattern is not valid. Reason: ${reason}`,
  });
