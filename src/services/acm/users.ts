/** Who uses which certificate: asked of the services that may, so that it is never out of date. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";

/** Load balancers' ARNs by certificate. */
export async function certificateUsers(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
): Promise<Map<string, string[]>> {
  const elbv2 = clients.elbv2(asService(scope, "acm.amazonaws.com"));
  const users = new Map<string, Set<string>>();
  for (const balancer of await everyLoadBalancer(elbv2)) {
    const { Listeners = [] } = await elbv2.DescribeListeners({ LoadBalancerArn: balancer });
    for (const { ListenerArn, Protocol } of Listeners) {
      if (Protocol !== "HTTPS" && Protocol !== "TLS") continue;
      const { Certificates = [] } = await elbv2.DescribeListenerCertificates({ ListenerArn });
      for (const { CertificateArn = "" } of Certificates) {
        const of = users.get(CertificateArn);
        if (of) of.add(balancer);
        else users.set(CertificateArn, new Set([balancer]));
      }
    }
  }
  return new Map([...users].map(([arn, of]) => [arn, [...of]]));
}

async function everyLoadBalancer(elbv2: ReturnType<Environment["clients"]["elbv2"]>) {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await elbv2.DescribeLoadBalancers({ Marker });
    arns.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn }) => LoadBalancerArn!));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return arns;
}
