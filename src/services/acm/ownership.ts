/**
 * Who owns a domain, as far as anybody here can say: the account's public hosted zones answer for their names, and
 * a domain that none of them keeps is granted.
 */
import type { HostedZone } from "@aws-sdk/client-route-53";
import { asService } from "#services/kit/principal.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { CertificateRecord } from "./records.ts";
import { resourceRecord } from "./validation.ts";

/** The names of the certificate that are validated now. https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html */
export async function validatedNames(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  { names, validationMethod }: CertificateRecord,
): Promise<string[]> {
  // Nobody reads mail here.
  if (validationMethod !== "DNS") return names;
  const route53 = clients.route53(asService(scope, "acm.amazonaws.com"));
  const zones = await publicZones(route53);
  const validated: string[] = [];
  for (const name of names) {
    const { Name, Value } = resourceRecord(scope, name);
    const zone = keeperOf(zones, Name);
    if (!zone || (await answers(route53, zone, Name, Value))) validated.push(name);
  }
  return validated;
}

async function publicZones(route53: Client<"route53">): Promise<HostedZone[]> {
  const zones: HostedZone[] = [];
  let Marker: string | undefined;
  do {
    const page = await route53.ListHostedZones({ ...(Marker !== undefined && { Marker }) });
    zones.push(...(page.HostedZones ?? []).filter(({ Config }) => !Config?.PrivateZone));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return zones;
}

/** The zone with the longest name that holds the record's. */
function keeperOf(zones: readonly HostedZone[], record: string): HostedZone | undefined {
  const holding = zones.filter(({ Name = "" }) => record.endsWith(`.${Name}`));
  return holding.toSorted((a, b) => b.Name!.length - a.Name!.length)[0];
}

async function answers(
  route53: Client<"route53">,
  { Id }: HostedZone,
  RecordName: string,
  value: string,
): Promise<boolean> {
  const { RecordData = [] } = await route53.TestDNSAnswer({
    HostedZoneId: Id!.replace("/hostedzone/", ""),
    RecordName,
    RecordType: "CNAME",
  });
  return RecordData.some((found) => found.replace(/\.?$/, ".") === value);
}
