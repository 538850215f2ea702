/**
 * How an instance is named inside its VPC: by its address, and by its id. Machines call themselves by
 * one of the two; the name by address is always answered, the one by id where that was asked for.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
 */
import type { PrivateDnsNameOptionsResponse } from "@aws-sdk/client-ec2";
import { privateDnsName, privateHostName } from "../network/public-addresses.ts";
import type { InstanceRecord } from "./records.ts";

export interface PrivateNames {
  hostnameType: "ip-name" | "resource-name";
  aRecord: boolean;
  /** Instances have no IPv6 addresses to answer with. */
  aaaaRecord: boolean;
}

const byAddress: PrivateNames = { hostnameType: "ip-name", aRecord: false, aaaaRecord: false };

/** Of instances from before there was a choice, too. */
export function privateNamesOf({ privateNames = byAddress }: InstanceRecord): PrivateNames {
  return privateNames;
}

/** "i-0123456789abcdef0.ec2.internal" */
export function resourceName(region: string, instanceId: string): string {
  return privateHostName(region, instanceId);
}

/** What the record keeps of a choice. */
export function namedBy(
  region: string,
  { instanceId, privateIp }: Pick<InstanceRecord, "instanceId" | "privateIp">,
  privateNames: PrivateNames,
): Pick<InstanceRecord, "privateNames" | "privateDnsName"> {
  return {
    privateNames,
    privateDnsName:
      privateNames.hostnameType === "ip-name"
        ? privateDnsName(region, privateIp)
        : resourceName(region, instanceId),
  };
}

export function describePrivateNames(record: InstanceRecord): PrivateDnsNameOptionsResponse {
  const { hostnameType, aRecord, aaaaRecord } = privateNamesOf(record);
  return {
    HostnameType: hostnameType,
    EnableResourceNameDnsARecord: aRecord,
    EnableResourceNameDnsAAAARecord: aaaaRecord,
  };
}
