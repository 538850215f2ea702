/** What is under way while the cloud ends needs a service that does not begin any more: its caller is to try again. */
import { AwsError } from "#model/error.ts";

export class CloudEndingError extends AwsError {
  /** AWS's words for what passes. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html */
  constructor() {
    super({
      code: "ServiceUnavailable",
      status: 503,
      message: "The request has failed due to a temporary failure of the server.",
    });
  }
}
