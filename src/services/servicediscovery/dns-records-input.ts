/** What must hold of the records that a service asks for. */
import type { DnsRecord, RoutingPolicy } from "@aws-sdk/client-servicediscovery";
import { invalidInput } from "./errors.ts";

const combinations: ReadonlySet<string> = new Set(["A", "AAAA", "A,AAAA", "SRV", "CNAME"]);

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsRecord.html, API_DnsConfig.html */
export function checkDnsRecords(
  records: readonly DnsRecord[],
  { policy, isChecked }: { policy: RoutingPolicy | undefined; isChecked: boolean },
): void {
  const types = records.map(({ Type }) => Type);
  if (!combinations.has(types.map(String).toSorted().join()))
    throw invalidInput(
      "The types of DnsRecords must be one of these combinations: A; AAAA; A and AAAA; SRV; CNAME.",
    );
  if (!types.includes("CNAME")) return;
  if (policy !== "WEIGHTED")
    throw invalidInput("A CNAME record needs the routing policy WEIGHTED.");
  if (isChecked)
    throw invalidInput("HealthCheckConfig cannot be given for services with CNAME records.");
}
