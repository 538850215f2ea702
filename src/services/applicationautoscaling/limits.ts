/** Every number of Application Auto Scaling: https://docs.aws.amazon.com/general/latest/gr/as-app.html */
export const limits = {
  listPage: 50,
  policiesPerTarget: 50,
  scheduledActionsPerTarget: 200,
  stepsPerPolicy: 20,
  tags: 50,
  /** Activities are shown for six weeks. */
  activitiesKeptMs: 42 * 86_400_000,
  /** How often a resource that is changing is looked at. */
  changingCheckMs: 1000,
  /** How often a resource is looked for that did not answer. */
  absentCheckMs: 30_000,
  /** A resource that does not get there within this time has failed. */
  fulfilledWithinMs: 15 * 60_000,
  /** Without a word in the policy, where the resource is none of DynamoDB or Lambda. */
  defaultCooldownSeconds: 300,
} as const;
