/** AWS CloudFormation. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/ */
import { createCloudFormation } from "./service.ts";

export const service = createCloudFormation();
