import { singleRule } from "./single-rule.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroupingress.html */
export const resourceType = singleRule("Ingress");
