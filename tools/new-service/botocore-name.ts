/** The folder of a service's model in botocore, where it is not called as the service is here. */
const elsewhere: Readonly<Record<string, string>> = {
  applicationautoscaling: "application-autoscaling",
};

export function botocoreName(service: string): string {
  return elsewhere[service] ?? service;
}
