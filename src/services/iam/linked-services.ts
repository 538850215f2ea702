/** The services that have service-linked roles, as far as known. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html */

export interface LinkedService {
  /** Behind "AWSServiceRoleFor". */
  name: string;
  /** The managed policy under /aws-service-role/, where its document is known. */
  policy?: string;
  takesSuffix?: boolean;
}

export const linkedServices: Readonly<Record<string, LinkedService>> = {
  "autoscaling.amazonaws.com": {
    name: "AutoScaling",
    policy: "AutoScalingServiceRolePolicy",
    takesSuffix: true,
  },
  "elasticloadbalancing.amazonaws.com": {
    name: "ElasticLoadBalancing",
    policy: "AWSElasticLoadBalancingServiceRolePolicy",
  },
  "ecs.amazonaws.com": { name: "ECS", policy: "AmazonECSServiceRolePolicy" },
  "rds.amazonaws.com": { name: "RDS", policy: "AmazonRDSServiceRolePolicy" },
  "spot.amazonaws.com": { name: "EC2Spot", policy: "AWSEC2SpotServiceRolePolicy" },
  "elasticache.amazonaws.com": { name: "ElastiCache", policy: "ElastiCacheServiceRolePolicy" },
  "spotfleet.amazonaws.com": { name: "EC2SpotFleet" },
  "ec2scheduled.amazonaws.com": { name: "EC2ScheduledInstances" },
  "eks.amazonaws.com": { name: "AmazonEKS" },
  "eks-nodegroup.amazonaws.com": { name: "AmazonEKSNodegroup" },
  "elasticbeanstalk.amazonaws.com": { name: "ElasticBeanstalk" },
  "managedupdates.elasticbeanstalk.amazonaws.com": { name: "ElasticBeanstalkManagedUpdates" },
  "elasticfilesystem.amazonaws.com": { name: "AmazonElasticFileSystem" },
  "ssm.amazonaws.com": { name: "AmazonSSM" },
  "events.amazonaws.com": { name: "CloudWatchEvents" },
  "cloudtrail.amazonaws.com": { name: "CloudTrail" },
  "cloudwatch-crossaccount.amazonaws.com": { name: "CloudWatchCrossAccount" },
  "ops.apigateway.amazonaws.com": { name: "APIGateway" },
  "replicator.lambda.amazonaws.com": { name: "LambdaReplicator" },
  "organizations.amazonaws.com": { name: "Organizations" },
  "config.amazonaws.com": { name: "Config" },
  "lex.amazonaws.com": { name: "LexBots" },
  "dynamodb.application-autoscaling.amazonaws.com": {
    name: "ApplicationAutoScaling_DynamoDBTable",
    policy: "AWSApplicationAutoscalingDynamoDBTablePolicy",
  },
  "ecs.application-autoscaling.amazonaws.com": {
    name: "ApplicationAutoScaling_ECSService",
    policy: "AWSApplicationAutoscalingECSServicePolicy",
  },
  "ec2.application-autoscaling.amazonaws.com": {
    name: "ApplicationAutoScaling_EC2SpotFleetRequest",
    policy: "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy",
  },
  "trustedadvisor.amazonaws.com": {
    name: "TrustedAdvisor",
    policy: "AWSTrustedAdvisorServiceRolePolicy",
  },
  "support.amazonaws.com": { name: "Support" },
};
