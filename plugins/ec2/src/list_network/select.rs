//! What is taken of each kind.

use crate::exposure::RULES;

pub(super) const VPCS: &str = "Vpcs[].{
    kind: 'vpc', id: VpcId, name: Tags[?Key == 'Name'].Value | [0], state: State, cidr: CidrBlock,
    default: IsDefault, tags: Tags
}";

pub(super) const SUBNETS: &str = "Subnets[].{
    kind: 'subnet', id: SubnetId, name: Tags[?Key == 'Name'].Value | [0], state: State, vpc: VpcId,
    cidr: CidrBlock, availability_zone: AvailabilityZone, default: DefaultForAz,
    free_addresses: AvailableIpAddressCount, tags: Tags
}";

pub(super) fn security_groups() -> String {
    format!(
        "SecurityGroups[].{{
            kind: 'security_group', id: GroupId, name: GroupName, vpc: VpcId, description: Description,
            default: GroupName == 'default', tags: Tags, rules: {RULES}
        }}"
    )
}

pub(super) const ADDRESSES: &str = "Addresses[].{
    kind: 'address', id: AllocationId || PublicIp, name: Tags[?Key == 'Name'].Value | [0],
    state: (AssociationId || InstanceId) && 'associated' || 'unassociated', address: PublicIp,
    attached_to: InstanceId || NetworkInterfaceId, tags: Tags
}";

pub(super) const NAT_GATEWAYS: &str = "NatGateways[].{
    kind: 'nat_gateway', id: NatGatewayId, name: Tags[?Key == 'Name'].Value | [0], state: State,
    type: ConnectivityType, vpc: VpcId, subnet: SubnetId,
    address: NatGatewayAddresses[0].PublicIp || NatGatewayAddresses[0].PrivateIp,
    description: FailureMessage, created: CreateTime, tags: Tags
}";

pub(super) const INTERNET_GATEWAYS: &str = "InternetGateways[].{
    kind: 'internet_gateway', id: InternetGatewayId, name: Tags[?Key == 'Name'].Value | [0],
    state: Attachments[0].VpcId && 'attached' || 'detached', vpc: Attachments[0].VpcId, tags: Tags
}";

pub(super) const FLOW_LOGS: &str = "FlowLogs[].{
    kind: 'flow_log', id: FlowLogId, name: Tags[?Key == 'Name'].Value | [0], state: FlowLogStatus,
    type: TrafficType, attached_to: ResourceId, destination: LogDestination || LogGroupName,
    description: DeliverLogsErrorMessage, created: CreationTime, tags: Tags
}";
