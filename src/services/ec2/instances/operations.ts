import type { Ec2Operations } from "../context.ts";
import { describeInstanceAttribute } from "./operations/describe-instance-attribute.ts";
import { describeInstanceCreditSpecifications } from "./operations/describe-instance-credit-specifications.ts";
import { describeInstanceStatus } from "./operations/describe-instance-status.ts";
import { describeInstances } from "./operations/describe-instances.ts";
import { getConsoleOutput } from "./operations/get-console-output.ts";
import { getPasswordData } from "./operations/get-password-data.ts";
import {
  getDefaultCreditSpecification,
  modifyDefaultCreditSpecification,
} from "./operations/default-credit-specification.ts";
import {
  getInstanceMetadataDefaults,
  modifyInstanceMetadataDefaults,
} from "./operations/instance-metadata-defaults.ts";
import { modifyInstanceCpuOptions } from "./operations/modify-instance-cpu-options.ts";
import { reportInstanceStatus } from "./operations/report-instance-status.ts";
import { getLaunchTemplateData } from "./operations/get-launch-template-data.ts";
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from "./operations/iam-instance-profile-associations.ts";
import { modifyInstanceAttribute } from "./operations/modify-instance-attribute.ts";
import { modifyInstanceCreditSpecification } from "./operations/modify-instance-credit-specification.ts";
import { modifyInstanceEventStartTime } from "./operations/modify-instance-event-start-time.ts";
import { modifyPrivateDnsNameOptions } from "./operations/modify-private-dns-name-options.ts";
import { modifyInstanceMaintenanceOptions } from "./operations/modify-instance-maintenance-options.ts";
import { modifyInstanceMetadataOptions } from "./operations/modify-instance-metadata-options.ts";
import { monitorInstances, unmonitorInstances } from "./operations/monitor-instances.ts";
import { rebootInstances } from "./operations/reboot-instances.ts";
import { resetInstanceAttribute } from "./operations/reset-instance-attribute.ts";
import { runInstances } from "./operations/run-instances.ts";
import { startInstances } from "./operations/start-instances.ts";
import { stopInstances } from "./operations/stop-instances.ts";
import { terminateInstances } from "./operations/terminate-instances.ts";

export const instanceOperations: Ec2Operations = {
  AssociateIamInstanceProfile: associateIamInstanceProfile,
  DescribeIamInstanceProfileAssociations: describeIamInstanceProfileAssociations,
  DescribeInstanceAttribute: describeInstanceAttribute,
  DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DisassociateIamInstanceProfile: disassociateIamInstanceProfile,
  GetConsoleOutput: getConsoleOutput,
  GetDefaultCreditSpecification: getDefaultCreditSpecification,
  GetInstanceMetadataDefaults: getInstanceMetadataDefaults,
  GetLaunchTemplateData: getLaunchTemplateData,
  GetPasswordData: getPasswordData,
  ModifyDefaultCreditSpecification: modifyDefaultCreditSpecification,
  ModifyInstanceCpuOptions: modifyInstanceCpuOptions,
  ModifyInstanceMetadataDefaults: modifyInstanceMetadataDefaults,
  ReportInstanceStatus: reportInstanceStatus,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifyInstanceCreditSpecification: modifyInstanceCreditSpecification,
  ModifyInstanceEventStartTime: modifyInstanceEventStartTime,
  ModifyInstanceMaintenanceOptions: modifyInstanceMaintenanceOptions,
  ModifyPrivateDnsNameOptions: modifyPrivateDnsNameOptions,
  ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
  MonitorInstances: monitorInstances,
  RebootInstances: rebootInstances,
  ReplaceIamInstanceProfileAssociation: replaceIamInstanceProfileAssociation,
  ResetInstanceAttribute: resetInstanceAttribute,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
  UnmonitorInstances: unmonitorInstances,
};
