/** CloudFormation's quotas. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const limits = {
  /** Largest template passed in a request, and by TemplateURL, bytes. */
  templateBodyBytes: 51_200,
  templateUrlBytes: 1_048_576,
  templateDescriptionBytes: 1024,
  resources: 500,
  parameters: 200,
  mappings: 200,
  outputs: 200,
  parameterValueBytes: 4096,
  stacks: 2000,
  stackNameLength: 128,
  /** A deleted stack can be described by its id for so long. */
  deletedStackDays: 90,
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SignalResource.html */
  signalsPerRequest: 1,
} as const;
