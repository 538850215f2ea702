/**
 * The next step in the life of one instance. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
 */
import type { LifecycleState } from "../records.ts";

/** What EC2 says of the instance; undefined while it was not asked. */
export type InstanceState =
  | "pending"
  | "running"
  | "stopping"
  | "stopped"
  | "shutting-down"
  | "terminated"
  | "absent";

export interface MemberView {
  state: LifecycleState;
  launched: boolean;
  actual: InstanceState | undefined;
  /** All target groups have it, or load balancing is suspended. */
  registered: boolean;
  /** It is in some target group still, or draining there. */
  draining: boolean;
  /** Lifecycle hooks exist for the present transition. */
  hooked: boolean;
  /** How the lifecycle actions ended; undefined while one is waited for. */
  hookResult: "CONTINUE" | "ABANDON" | undefined;
  terminateCalled: boolean;
  /** EC2 knows that the instance is no longer the group's. */
  released: boolean;
  /** It comes from the warm pool, so it may be stopped still. */
  warmStart: boolean;
  /** An abandoned termination keeps the instance. */
  retained: boolean;
  /** Instances rest in the warm pool so. */
  poolState: "Stopped" | "Running";
}

export type Step =
  | "none"
  /** Ask EC2 (again) for the instance. */
  | "launch"
  | "wait-for-hook"
  | "register"
  | "enter-service"
  | "abandon"
  /** The launch came to nothing. */
  | "fail"
  | "deregister"
  | "terminate"
  /** Let the instance go, alive. */
  | "release"
  | "remove"
  /** Bring a stopped instance up. */
  | "start"
  /** Lifecycle actions of an instance for the warm pool are done. */
  | "enter-pool"
  | "stop"
  /** It is in the warm pool, as it is to be there. */
  | "rest"
  /** Keep it aside until somebody terminates it. */
  | "retain";

export function nextStep(member: MemberView): Step {
  const { state, actual } = member;
  const gone = actual === "terminated" || actual === "absent";
  // Whoever stops an instance that is coming up does not get it into service by that.
  const down = ["shutting-down", "stopping", "stopped"].includes(actual ?? "");
  const failing = gone || down;
  switch (state) {
    case "Pending":
      if (!member.launched) return "launch";
      if (member.warmStart && actual === "stopped") return "start";
      if (gone || (down && !member.warmStart)) return "fail";
      if (actual !== "running") return "none";
      if (member.hooked) return "wait-for-hook";
      return member.registered ? "enter-service" : "register";
    case "Pending:Wait":
      if (failing) return "fail";
      if (member.hookResult === undefined) return "none";
      if (member.hookResult === "ABANDON") return "abandon";
      return member.registered ? "enter-service" : "register";
    case "Pending:Proceed":
      if (failing) return "fail";
      return member.registered ? "enter-service" : "register";
    case "Warmed:Pending":
      if (!member.launched) return "launch";
      if (gone) return "fail";
      if (member.draining) return "deregister";
      if (actual !== "running") return "none";
      return member.hooked ? "wait-for-hook" : "enter-pool";
    case "Warmed:Pending:Wait":
      if (gone) return "fail";
      if (member.hookResult === undefined) return "none";
      return member.hookResult === "ABANDON" ? "abandon" : "enter-pool";
    case "Warmed:Pending:Proceed":
      if (gone) return "fail";
      if (member.poolState === "Running") return actual === "running" ? "rest" : "none";
      if (actual === "stopped") return "rest";
      return actual === "running" ? "stop" : "none";
    case "Terminating":
    case "Warmed:Terminating":
      if (member.terminateCalled) return gone ? "remove" : "none";
      if (!member.launched) return "remove";
      if (gone) return "terminate";
      if (member.draining) return "deregister";
      return member.hooked ? "wait-for-hook" : "terminate";
    case "Terminating:Wait":
    case "Warmed:Terminating:Wait":
      if (member.hookResult === undefined && !gone) return "none";
      return member.hookResult === "ABANDON" && member.retained && !gone ? "retain" : "terminate";
    case "Terminating:Retained":
    case "Warmed:Terminating:Retained":
      return gone ? "terminate" : "none";
    case "Terminating:Proceed":
    case "Warmed:Terminating:Proceed":
      if (!member.terminateCalled) return "terminate";
      return gone ? "remove" : "none";
    case "EnteringStandby":
      return member.draining ? "deregister" : "remove";
    case "Detaching":
      if (member.draining) return "deregister";
      return member.released ? "remove" : "release";
    case "InService":
      return member.registered ? "none" : "register";
    case "Standby":
    case "Warmed:Stopped":
    case "Warmed:Running":
      return "none";
  }
}
