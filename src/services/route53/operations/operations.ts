import type { Operations } from "#services/kit/service.ts";
import type { State } from "../state.ts";
import { changeResourceRecordSets } from "./change-resource-record-sets.ts";
import { cidrCollectionOperations } from "./cidr-collections.ts";
import { delegationSetOperations } from "./delegation-sets.ts";
import { geoLocationOperations } from "./geo-locations.ts";
import { dnssecOperations } from "./dnssec.ts";
import { healthCheckOperations } from "./health-checks.ts";
import { healthStatusOperations } from "./health-status.ts";
import { hostedZoneOperations } from "./hosted-zones.ts";
import { keySigningKeyOperations } from "./key-signing-keys.ts";
import { limitOperations } from "./limits.ts";
import { hostedZoneListOperations } from "./list-hosted-zones.ts";
import { listResourceRecordSets } from "./list-resource-record-sets.ts";
import { queryLoggingOperations } from "./query-logging.ts";
import { recordSetProtectionOperations } from "./record-set-protections.ts";
import { tagOperations } from "./tags.ts";
import { testDnsAnswer } from "./test-dns-answer.ts";
import { trafficPolicyInstanceListOperations } from "./list-traffic-policy-instances.ts";
import { trafficPolicyInstanceOperations } from "./traffic-policy-instances.ts";
import { trafficPolicyOperations } from "./traffic-policies.ts";
import { vpcAssociationOperations } from "./vpc-associations.ts";

export const operations: Operations<"route53", State> = {
  ...hostedZoneOperations,
  ...hostedZoneListOperations,
  ChangeResourceRecordSets: changeResourceRecordSets,
  ListResourceRecordSets: listResourceRecordSets,
  ...vpcAssociationOperations,
  ...delegationSetOperations,
  ...healthCheckOperations,
  ...healthStatusOperations,
  TestDNSAnswer: testDnsAnswer,
  ...cidrCollectionOperations,
  ...geoLocationOperations,
  ...trafficPolicyOperations,
  ...trafficPolicyInstanceOperations,
  ...trafficPolicyInstanceListOperations,
  ...queryLoggingOperations,
  ...dnssecOperations,
  ...keySigningKeyOperations,
  ...recordSetProtectionOperations,
  ...tagOperations,
  ...limitOperations,
};
