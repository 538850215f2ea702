/** Labels by which everything that Fogbank makes in an engine is found again. */
export const labels = {
  /** On all of it: which cloud it belongs to. */
  cloud: "fogbank.cloud",
  /** On containers and volumes: the machine's id. */
  machine: "fogbank.machine",
  /** On what a cloud that keeps nothing made: the process whose end is its end. */
  owner: "fogbank.owner",
  /** On networks that have their VPC's own addresses. */
  cidr: "fogbank.cidr",
  /** On a user's own image: the AMI that it stands for. */
  ami: "fogbank.ami",
} as const;

/** As the engine's queries take them. */
export function labelFilter(...wanted: string[]): string {
  return JSON.stringify({ label: wanted });
}
