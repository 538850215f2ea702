/** EC2's memory that may be lost. */

export interface Ec2State {}
