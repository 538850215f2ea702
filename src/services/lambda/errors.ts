/** Every error of AWS Lambda that its model's constraints do not already produce. */
import { AwsError } from "#model/error.ts";

export const invalidToken = () =>
  new AwsError({ code: "InvalidNextTokenException", message: "The token is not valid." });
